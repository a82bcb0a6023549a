import type { ResourceValidationArgs } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Cluster } from "../../../../../infra/cluster/cluster.js";
import { eksKubeconfig } from "../../../../../infra/cluster/eks/eks-kubeconfig.js";
import type { EksFacts } from "../../../../../infra/cluster/eks/facts.js";
import { subnetOf } from "../../../../../infra/cluster/eks/network.js";
import { partitionOf } from "../../../../../infra/cluster/eks/roles.js";
import type { EksClusterConfig } from "../../../../../infra/cluster/eks/settings.js";
import { rules } from "../../../../../infra/policies/rules.js";
import { readKubeconfig } from "../../../../../packages/kit/kubeconfig.js";

interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the engine gets them.
  readonly inputs: Record<string, any>;
}

/** Part of what the engine is asked to register that mocks are not told. */
interface Asked {
  readonly name: string;
  /** URNs. */
  readonly dependencies: readonly string[];
  readonly ignored: readonly string[];
  readonly imported: string;
}

let made: Made[] = [];
let asked: Asked[] = [];

/** What AWS answers, besides what was asked for. */
function answers({ type, name, inputs }: Made): Record<string, unknown> {
  const arn = `arn:aws:test:::${name}`;
  if (type !== "aws:eks/cluster:Cluster") return { arn, ...(inputs.name === undefined && { name }) };
  const certificateAuthority = { data: Buffer.from("PEM").toString("base64") };
  return {
    arn,
    endpoint: "https://eks.example",
    certificateAuthority,
    createdAt: "2026-11-24",
    status: "ACTIVE",
    ...inputs,
    vpcConfig: { ...inputs.vpcConfig, clusterSecurityGroupId: "sg-cluster" },
  };
}

const standard: EksClusterConfig = {
  ...{ region: "eu-central-1", profile: undefined, kubernetesVersion: "1.35" },
  ...{ network: { kind: "own", cidr: "10.0.0.0/16" }, nodes: { kind: "auto" } },
  ...{ adminRoles: [], publicCidrs: ["203.0.113.0/24"], apiSources: [] },
  ...{ logTypes: ["api", "audit"], tags: { team: "platform" } },
};

const nothingThere: EksFacts = {
  ...{ caller: "arn:aws:iam::123456789012:user/a", cluster: undefined, admitted: [], versions: undefined },
  ...{ logGroup: "none", instanceType: undefined, quotas: [] },
};

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const one = { type, name, inputs };
        made.push(one);
        return { id: `${name}-id`, state: { ...inputs, ...answers(one) } };
      },
      call: ({ token, inputs }) => {
        calls.set(token, inputs);
        if (token === "aws:index/getAvailabilityZones:getAvailabilityZones") return { names: ["a", "b", "c", "d"] };
        if (token === "aws:eks/getAddonVersion:getAddonVersion") return { version: `for ${inputs.kubernetesVersion}` };
        return token === "aws:ssm/getParameter:getParameter" ? { insecureValue: inputs.name } : inputs;
      },
    },
    "timonier",
    "test",
  );
  watch();
});

// biome-ignore lint/suspicious/noExplicitAny: as AWS's plugin gets them.
const calls = new Map<string, Record<string, any>>();

function watch(): void {
  interface Request {
    getName(): string;
    getDependenciesList(): string[];
    getIgnorechangesList(): string[];
    getImportid(): string;
  }
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, callback: unknown): Promise<void>;
  };
  const inner = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    asked.push({
      name: request.getName(),
      dependencies: request.getDependenciesList(),
      ignored: request.getIgnorechangesList(),
      imported: request.getImportid(),
    });
    return inner(request, callback);
  };
}

/** Everything that a configuration makes. */
async function make(
  config: Partial<EksClusterConfig> = {},
  facts: Partial<EksFacts> = {},
): Promise<{ cluster: Cluster; made: readonly Made[]; asked: readonly Asked[] }> {
  made = [];
  asked = [];
  const { eksCluster } = await import("../../../../../infra/cluster/eks/connect.js");
  const cluster = eksCluster("west", { ...standard, ...config }, { ...nothingThere, ...facts });
  await new Promise((resolve) => pulumi.all([cluster.provider.id, cluster.kubeconfig]).apply(resolve));
  let before = -1;
  await vi.waitFor(() => {
    const now = made.length;
    const settled = now === before;
    before = now;
    expect(settled).toBe(true);
  });
  return { cluster, made, asked };
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
    const tagging = "RolePolicy cluster-roles-cluster-volume-tags";
    expect(list((await make()).made)).toEqual([...always, ...network, ...auto, ...nodes, tagging].sort());
  });

  test("starts nodes, disks and load balancers by Auto Mode, and admits only its creator", async () => {
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
        ...{ endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
        subnetIds: [1, 2, 3].map((zone) => `cluster-private-${zone}-id`),
      },
    });
  });

  test("has subnets in three zones, private nodes, and tags for load balancers", async () => {
    const subnets = one((await make()).made, "ec2/subnet:Subnet");
    expect(new Set(subnets.map(({ inputs }) => inputs.availabilityZone))).toEqual(new Set(["a", "b", "c"]));
    expect(new Set(subnets.map(({ inputs }) => inputs.cidrBlock)).size).toBe(6);
    expect(subnets.map(({ inputs }) => inputs.mapPublicIpOnLaunch)).toEqual(Array(6).fill(false));
    for (const { name, inputs } of subnets) {
      const role = name.includes("public") ? "elb" : "internal-elb";
      expect(inputs.tags[`kubernetes.io/role/${role}`]).toBe("1");
    }
  });

  test("tags everything that can be tagged, limits the retention of logs and rotates the key", async () => {
    const { made: all } = await make();
    const untaggable = /RolePolicy|RouteTableAssociation|Route$|AccessPolicyAssociation/;
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
  test("preexisting subnets: no network is created", async () => {
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
      ...["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver"].map(
        (addon) => `Addon cluster-${addon}`,
      ),
      ...["NodeGroup cluster-nodes", "LaunchTemplate cluster-nodes", "Role cluster-roles-volumes"],
      "RolePolicyAttachment cluster-roles-volumes-AmazonEBSCSIDriverPolicy",
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
      expect(inputs.policyArn).toMatch(/^arn:aws-cn:iam::aws:policy\/(service-role\/)?Amazon/);
    }
  });
});

describe("behaviour of AWS that is easy to miss", () => {
  const managed = { kind: "managed", instanceType: "m8g.large", count: 2 } as const;

  test("Pulumi deletes network, access and add-ons after the cluster is drained", async () => {
    const { asked: all } = await make({
      adminRoles: ["arn:aws:iam::123456789012:role/platform"],
      apiSources: ["10.8.0.0/16"],
      nodes: managed,
    });
    const needs = (name: string) => all.flatMap((each) => (each.name === name ? each.dependencies : [])).join("\n");
    for (const part of ["RouteTableAssociation::cluster-public-1", "RouteTableAssociation::cluster-private-3"]) {
      expect(needs("cluster")).toContain(part);
    }
    expect(needs("cluster")).toContain("Route::cluster-public");
    const ways = ["AccessPolicyAssociation::cluster-admin-123456789012-role-platform", "cluster-api-10.8.0.0/16"];
    for (const part of [...ways, "Addon::cluster-vpc-cni", "Addon::cluster-aws-ebs-csi-driver", "NodeGroup"]) {
      expect(needs("kubernetes")).toContain(part);
    }
  });

  test("objects stay in the state while the cluster does not answer", async () => {
    const [provider] = (await make()).made.filter(({ type }) => type === "pulumi:providers:kubernetes");
    expect(String(provider?.inputs.deleteUnreachable)).toBe("false");
  });

  test("the API server's port is open to the sources in the settings", async () => {
    const { made: all } = await make({ publicCidrs: [], apiSources: ["10.8.0.0/16", "sg-0a1b"] });
    const rules = one(all, "vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ inputs }) => inputs);
    expect(rules).toMatchObject([
      { cidrIpv4: "10.8.0.0/16", fromPort: 443, toPort: 443, securityGroupId: "sg-cluster" },
      { referencedSecurityGroupId: "sg-0a1b", ipProtocol: "tcp" },
    ]);
  });

  test("zones without EKS are excluded, and subnets do not move", async () => {
    const { asked: all } = await make();
    expect(calls.get("aws:index/getAvailabilityZones:getAvailabilityZones")).toMatchObject({
      excludeZoneIds: ["use1-az3", "usw1-az2", "cac1-az3"],
    });
    expect(all.find(({ name }) => name === "cluster-private-1")?.ignored).toEqual(["availabilityZone"]);
  });

  test.each<[string, EksFacts["instanceType"], string, string]>([
    ["unknown", undefined, "AL2023_x86_64_STANDARD", "x86_64/standard"],
    ["Graviton", { known: true, architecture: "arm64", nvidia: false }, "AL2023_ARM_64_STANDARD", "arm64/standard"],
    ["NVIDIA", { known: true, architecture: "x86_64", nvidia: true }, "AL2023_x86_64_NVIDIA", "x86_64/nvidia"],
  ])("nodes get the image of their instance type: %s", async (_, instanceType, amiType, path) => {
    const [group] = one((await make({ nodes: managed }, { instanceType })).made, "eks/nodeGroup:NodeGroup");
    expect(group?.inputs).toMatchObject({
      ...{ amiType, version: "1.35", launchTemplate: { id: "cluster-nodes-id" } },
      releaseVersion: `/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/${path}/recommended/release_version`,
    });
  });

  test("add-ons follow the Kubernetes version, tags reach instances and disks", async () => {
    const { made: all } = await make({ nodes: managed });
    expect(new Set(one(all, "eks/addon:Addon").map(({ inputs }) => inputs.addonVersion))).toEqual(
      new Set(["for 1.35"]),
    );
    const [template] = one(all, "ec2/launchTemplate:LaunchTemplate");
    expect(template?.inputs.tagSpecifications).toMatchObject([
      { resourceType: "instance", tags: { team: "platform", "timonier:cluster": "west" } },
      { resourceType: "volume", tags: { team: "platform" } },
    ]);
  });

  test("a role with an access entry gets no second one", async () => {
    const adminRoles = ["arn:aws:iam::123456789012:role/maker", "arn:aws:iam::123456789012:role/other"];
    const { made: all } = await make({ adminRoles }, { admitted: adminRoles.slice(0, 1) });
    expect(one(all, "eks/accessEntry:AccessEntry").map(({ inputs }) => inputs.principalArn)).toEqual(
      adminRoles.slice(1),
    );
  });

  test("the log group that EKS created again is imported", async () => {
    const imported = async (facts: Partial<EksFacts>) =>
      (await make({}, facts)).asked.find(({ name }) => name === "cluster-logs")?.imported;
    expect(await imported({ logGroup: "claimed" })).toBe("/aws/eks/west/cluster");
    expect(await imported({})).toBe("");
  });

  test("a version that AWS upgraded to is not downgraded", async () => {
    const there = { status: "ACTIVE", version: "1.36", endpoint: undefined, ours: true, reachable: true };
    const [cluster] = one((await make({}, { cluster: there })).made, "eks/cluster:Cluster");
    expect(cluster?.inputs.version).toBe("1.36");
  });

  test.each([
    [{ kind: "auto" } as const, "ebs.csi.eks.amazonaws.com"],
    [managed, "ebs.csi.aws.com"],
  ])("claims find a class of disks, with tags, by the driver of nodes %o", async (nodes, provisioner) => {
    const { made: all } = await make({ nodes });
    const [found] = all.filter(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass");
    expect(found?.inputs).toMatchObject({
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      parameters: { tagSpecification_1: "team=platform", tagSpecification_2: "timonier:cluster=west" },
      provisioner,
    });
  });
});

describe("nodes of Auto Mode", () => {
  const custom = (all: readonly Made[], kind: string) => all.find(({ inputs }) => inputs.kind === kind)?.inputs;
  let all: readonly Made[];
  beforeAll(async () => {
    all = (await make()).made;
  });

  test("come from a pool with the stack's tags, in the private subnets, with the role that may join", () => {
    expect(custom(all, "NodeClass")).toMatchObject({
      metadata: { name: "timonier", annotations: { "timonier/cluster": "west" } },
      spec: {
        role: "cluster-roles-nodes",
        subnetSelectorTerms: [1, 2, 3].map((zone) => ({ id: `cluster-private-${zone}-id` })),
        securityGroupSelectorTerms: [{ id: "sg-cluster" }],
        tags: { team: "platform", "timonier:cluster": "west" },
      },
    });
    expect(custom(all, "NodePool")?.spec).toMatchObject({
      weight: 50,
      template: { spec: { nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "timonier" } } },
    });
  });

  test("may be tagged by the cluster's role, for this cluster alone", () => {
    const [policy] = one(all, "iam/rolePolicy:RolePolicy");
    const { Statement: statements } = JSON.parse(policy?.inputs.policy);
    const equals = { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" };
    for (const { Condition } of statements) expect(Condition.StringEquals).toEqual(equals);
    expect(statements.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      ...["ec2:CreateVolume", "ec2:CreateSnapshot"],
      ...["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate", "ec2:CreateNetworkInterface"],
    ]);
  });

  test("are not there beside managed ones", async () => {
    const { made: others } = await make({ nodes: { kind: "managed", instanceType: "m7i.large", count: 2 } });
    expect([custom(others, "NodeClass"), custom(others, "NodePool")]).toEqual([undefined, undefined]);
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
  test("holds: owned, drained first, identified by its creation and not by its kubeconfig", async () => {
    const { cluster } = await make();
    expect(cluster).toMatchObject({
      kind: "eks",
      name: "west",
      receiver: undefined,
      ownerAnnotations: { "timonier/cluster": "west" },
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
