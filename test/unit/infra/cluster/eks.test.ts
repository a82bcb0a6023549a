import type { ResourceValidationArgs } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { readKubeconfig } from "../../../../core/kubeconfig.js";
import type { Cluster } from "../../../../infra/cluster/cluster.js";
import type { EksClusterConfig } from "../../../../infra/cluster/eks/config.js";
import { eksKubeconfig } from "../../../../infra/cluster/eks/kubeconfig.js";
import { subnetOf } from "../../../../infra/cluster/eks/network.js";
import { partitionOf } from "../../../../infra/cluster/eks/roles.js";
import { rules } from "../../../../infra/policies/rules.js";

interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the engine gets them.
  readonly inputs: Record<string, any>;
}

let made: Made[] = [];

/** What AWS answers, besides what was asked for. */
function answers({ type, name, inputs }: Made): Record<string, unknown> {
  const arn = `arn:aws:test:::${name}`;
  if (type !== "aws:eks/cluster:Cluster") return { arn };
  const certificateAuthority = { data: Buffer.from("PEM").toString("base64") };
  return {
    arn,
    endpoint: "https://eks.example",
    certificateAuthority,
    createdAt: "2026-11-24",
    status: "ACTIVE",
    ...inputs,
  };
}

const standard: EksClusterConfig = {
  ...{ region: "eu-central-1", profile: undefined, kubernetesVersion: "1.35" },
  ...{ network: { kind: "own", cidr: "10.0.0.0/16" }, nodes: { kind: "auto" } },
  ...{ adminRoles: [], publicCidrs: [], logTypes: ["api", "audit"], tags: { team: "platform" } },
};

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const one = { type, name, inputs };
        made.push(one);
        return { id: `${name}-id`, state: { ...inputs, ...answers(one) } };
      },
      call: ({ token, inputs }) =>
        token === "aws:index/getAvailabilityZones:getAvailabilityZones" ? { names: ["a", "b", "c", "d"] } : inputs,
    },
    "timonier",
    "test",
  );
});

/** Everything that a configuration makes. */
async function make(config: Partial<EksClusterConfig> = {}): Promise<{ cluster: Cluster; made: readonly Made[] }> {
  made = [];
  const { eksCluster } = await import("../../../../infra/cluster/eks/eks.js");
  const cluster = eksCluster("west", { ...standard, ...config });
  await new Promise((resolve) => pulumi.all([cluster.provider.id, cluster.kubeconfig]).apply(resolve));
  let before = -1;
  await vi.waitFor(() => {
    const now = made.length;
    const settled = now === before;
    before = now;
    expect(settled).toBe(true);
  });
  return { cluster, made };
}

const list = (all: readonly Made[]) =>
  all
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, name }) => `${type.slice(type.lastIndexOf(":") + 1)} ${name}`)
    .sort();
const one = (all: readonly Made[], type: string) => all.filter((each) => each.type === `aws:${type}`);
const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

const roles = [
  "Role cluster-roles-cluster",
  "Role cluster-roles-nodes",
  "RolePolicyAttachment cluster-roles-cluster-AmazonEKSClusterPolicy",
];
const network = [
  ...["Eip cluster-nat", "InternetGateway cluster-internet", "NatGateway cluster-nat", "Vpc cluster-vpc"],
  ...["public", "private"].flatMap((kind) => [
    ...[`Route cluster-${kind}`, `RouteTable cluster-${kind}`],
    ...[1, 2, 3].flatMap((zone) => [`RouteTableAssociation cluster-${kind}-${zone}`, `Subnet cluster-${kind}-${zone}`]),
  ]),
];
const always = ["Cluster cluster", "Key cluster-key", "LogGroup cluster-logs", ...roles];

describe("the default", () => {
  test("is this list of resources, and no other", async () => {
    const auto = ["Compute", "BlockStorage", "LoadBalancing", "Networking"].map(
      (part) => `RolePolicyAttachment cluster-roles-cluster-AmazonEKS${part}Policy`,
    );
    const nodes = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"].map(
      (policy) => `RolePolicyAttachment cluster-roles-nodes-${policy}`,
    );
    expect(list((await make()).made)).toEqual([...always, ...network, ...auto, ...nodes].sort());
  });

  test("starts nodes, disks and load balancers by Auto Mode, and lets nobody in but who makes it", async () => {
    const [cluster] = one((await make()).made, "eks/cluster:Cluster");
    expect(cluster?.inputs).toMatchObject({
      ...{ name: "west", version: "1.35", bootstrapSelfManagedAddons: false, enabledClusterLogTypes: ["api", "audit"] },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      computeConfig: {
        enabled: true,
        nodePools: ["general-purpose", "system"],
        nodeRoleArn: "arn:aws:test:::cluster-roles-nodes",
      },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
      storageConfig: { blockStorage: { enabled: true } },
      encryptionConfig: { provider: { keyArn: "arn:aws:test:::cluster-key" }, resources: ["secrets"] },
      vpcConfig: {
        ...{ endpointPrivateAccess: true, endpointPublicAccess: false },
        subnetIds: [1, 2, 3].map((zone) => `cluster-private-${zone}-id`),
      },
    });
    expect(cluster?.inputs.vpcConfig).not.toHaveProperty("publicAccessCidrs");
  });

  test("lies in three zones, its nodes without a public address, found by load balancers", async () => {
    const subnets = one((await make()).made, "ec2/subnet:Subnet");
    expect(new Set(subnets.map(({ inputs }) => inputs.availabilityZone))).toEqual(new Set(["a", "b", "c"]));
    expect(new Set(subnets.map(({ inputs }) => inputs.cidrBlock)).size).toBe(6);
    expect(subnets.map(({ inputs }) => inputs.mapPublicIpOnLaunch)).toEqual(Array(6).fill(false));
    for (const { name, inputs } of subnets) {
      const role = name.includes("public") ? "elb" : "internal-elb";
      expect(inputs.tags[`kubernetes.io/role/${role}`]).toBe("1");
    }
  });

  test("tags everything that can be tagged, keeps logs for a while and lets the key turn", async () => {
    const { made: all } = await make();
    const untaggable = /RolePolicyAttachment|RouteTableAssociation|Route$|AccessPolicyAssociation/;
    for (const { name, inputs } of all.filter((each) => each.type.startsWith("aws:") && !untaggable.test(each.type))) {
      expect(inputs.tags, name).toMatchObject({ team: "platform", "timonier:cluster": "west" });
    }
    expect(one(all, "cloudwatch/logGroup:LogGroup")[0]?.inputs).toMatchObject({
      name: "/aws/eks/west/cluster",
      retentionInDays: 90,
    });
    expect(one(all, "kms/key:Key")[0]?.inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
  });
});

describe("other settings", () => {
  test("subnets that are there: no network is made", async () => {
    const subnetIds = ["subnet-1", "subnet-2"];
    const { made: all } = await make({ network: { kind: "given", subnetIds } });
    expect(list(all).filter((name) => network.includes(name))).toEqual([]);
    expect(one(all, "eks/cluster:Cluster")[0]?.inputs.vpcConfig.subnetIds).toEqual(subnetIds);
  });

  test("managed nodes: a group, the add-ons that Auto Mode has built in, and no more rights than they need", async () => {
    const { made: all } = await make({ nodes: { kind: "managed", instanceType: "m7i.large", count: 2 } });
    const nodes = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"].map(
      (policy) => `RolePolicyAttachment cluster-roles-nodes-${policy}`,
    );
    const parts = [
      "Addon cluster-vpc-cni",
      "Addon cluster-kube-proxy",
      "Addon cluster-coredns",
      "NodeGroup cluster-nodes",
    ];
    expect(list(all)).toEqual([...always, ...network, ...nodes, ...parts].sort());
    expect(one(all, "eks/nodeGroup:NodeGroup")[0]?.inputs).toMatchObject({
      ...{ instanceTypes: ["m7i.large"], scalingConfig: { desiredSize: 2, minSize: 2, maxSize: 3 } },
      subnetIds: [1, 2, 3].map((zone) => `cluster-private-${zone}-id`),
    });
    expect(one(all, "eks/cluster:Cluster")[0]?.inputs.computeConfig).toEqual({ enabled: false });
  });

  test("roles administer the cluster by access entries", async () => {
    const adminRoles = ["arn:aws:iam::123456789012:role/platform"];
    const { made: all } = await make({ adminRoles });
    expect(one(all, "eks/accessEntry:AccessEntry").map(({ inputs }) => inputs.principalArn)).toEqual(adminRoles);
    expect(one(all, "eks/accessPolicyAssociation:AccessPolicyAssociation")[0]?.inputs).toMatchObject({
      principalArn: adminRoles[0],
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  });

  test("a public endpoint is for named addresses", async () => {
    const { made: all } = await make({ publicCidrs: ["203.0.113.0/24"] });
    expect(one(all, "eks/cluster:Cluster")[0]?.inputs.vpcConfig).toMatchObject({
      ...{ endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    });
  });

  test("AWS in China and for governments has other names", async () => {
    expect(["eu-central-1", "cn-north-1", "us-gov-west-1"].map(partitionOf)).toEqual(["aws", "aws-cn", "aws-us-gov"]);
    const { made: all } = await make({ region: "cn-north-1" });
    for (const { inputs } of one(all, "iam/rolePolicyAttachment:RolePolicyAttachment")) {
      expect(inputs.policyArn).toMatch(/^arn:aws-cn:iam::aws:policy\/Amazon/);
    }
  });
});

test.each<[string, Partial<EksClusterConfig>]>([
  ["the default", {}],
  [
    "managed nodes, a public endpoint and administrators",
    {
      nodes: { kind: "managed", instanceType: "m7i.large", count: 2 },
      publicCidrs: ["203.0.113.0/24"],
      adminRoles: ["arn:aws:iam::123456789012:role/platform"],
    },
  ],
])("%s keeps to every policy", async (_, config) => {
  const { made: all } = await make(config);
  const said: string[] = [];
  for (const { type, name, inputs } of all) {
    for (const { validateResource } of rules) {
      const validate = validateResource as (args: ResourceValidationArgs, report: (text: string) => void) => void;
      const resource = { type, name, props: inputs, opts: { protect: true }, provider: { name: "aws", props: {} } };
      validate(resource as unknown as ResourceValidationArgs, (text) => said.push(text));
    }
  }
  expect(said).toEqual([]);
});

describe("the contract", () => {
  test("is kept: owned, drained first, known by its birth and not by its kubeconfig", async () => {
    const { cluster } = await make();
    expect(cluster).toMatchObject({
      kind: "eks",
      name: "west",
      receiver: undefined,
      mark: { "timonier/cluster": "west" },
    });
    expect(cluster.owned).toBeDefined();
    expect(await pulumi.isSecret(cluster.kubeconfig)).toBe(true);
    expect(await known(cluster.identity)).toBe("arn:aws:test:::cluster@2026-11-24");
    expect(await known(cluster.kubernetesVersion)).toBe("v1.35");
  });

  test.each([
    ["team", ["--profile", "team"]],
    [undefined, []],
  ])("the kubeconfig logs in without the AWS CLI, with profile %s, and holds no credential", async (profile, more) => {
    const { cluster } = await make({ profile });
    const config = JSON.parse(await known(cluster.kubeconfig));
    expect(config.users[0].user).toEqual({
      exec: expect.objectContaining({
        command: "timonier-eks-token",
        args: ["--cluster", "west", "--region", "eu-central-1", ...more],
        installHint: expect.stringContaining("npx timonier env"),
      }),
    });
  });

  test("the kubeconfig is one that our own client reads", async () => {
    const text = eksKubeconfig({
      ...{ name: "west", endpoint: "https://eks.example", region: "eu-central-1", profile: undefined },
      certificateAuthority: Buffer.from("PEM").toString("base64"),
    });
    const withToken = JSON.parse(text);
    withToken.users[0].user.exec = undefined;
    withToken.users[0].user.token = "t";
    expect(await readKubeconfig(JSON.stringify(withToken))).toMatchObject({
      server: "https://eks.example",
      ca: "PEM",
      token: "t",
    });
  });
});

test("six subnets of a /16 do not overlap", () => {
  expect([0, 1, 5].map((index) => subnetOf("172.20.0.0/16", index))).toEqual([
    "172.20.0.0/20",
    "172.20.16.0/20",
    "172.20.80.0/20",
  ]);
});
