import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OwnNetwork } from "./settings.js";

/** Availability zones of a cluster: EKS requires two, and a third one costs nothing but subnets. */
const ZONES = 3;

/**
 * Identifiers of zones that do not support EKS.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
const WITHOUT_EKS = ["use1-az3", "usw1-az2", "cac1-az3"] as const;

/** Where a VPC is created. */
export interface NetworkArgs {
  readonly config: OwnNetwork;
  readonly tags: Readonly<Record<string, string>>;
}

/** What every part of a network is created with. */
interface Parts {
  /** Start of the name of each resource. */
  readonly name: string;
  readonly vpc: aws.ec2.Vpc;
  readonly cidr: string;
  /** Tags of one part. */
  readonly tagsOf: (part: string) => Record<string, string>;
  readonly child: pulumi.CustomResourceOptions;
}

/**
 * A VPC for one cluster: nodes in private subnets, load balancers in public ones, one NAT gateway
 * for outgoing traffic, because Flux has to reach GitLab.
 *
 * One gateway and not one for each zone: if its zone fails, nodes go on running and cannot pull,
 * for a third of the cost.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export class Network extends pulumi.ComponentResource {
  /** For nodes and the control plane's interfaces. */
  readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, { config, tags }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:eks:Network", name, {}, opts);
    const child = { parent: this };
    const tagsOf = (part: string) => ({ ...tags, Name: `${name}-${part}` });
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: config.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tagsOf("vpc") },
      child,
    );
    const parts: Parts = { name, vpc, cidr: config.cidr, tagsOf, child };
    const zones = zoneNames(child);
    const open = subnets(parts, zones, "public");
    const closed = subnets(parts, zones, "private");
    const internet = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: tagsOf("internet") },
      child,
    );
    route(parts, "public", open, { gatewayId: internet.id });
    route(parts, "private", closed, { natGatewayId: natGateway(parts, open, internet).id });
    this.privateSubnetIds = pulumi.all(closed.map(({ id }) => id));
    this.registerOutputs({});
  }
}

/** Names of the region's zones that take EKS. */
function zoneNames(opts: pulumi.InvokeOptions): pulumi.Output<string[]> {
  return aws.getAvailabilityZonesOutput(
    {
      state: "available",
      // Local zones cannot hold a control plane.
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      excludeZoneIds: [...WITHOUT_EKS],
    },
    opts,
  ).names;
}

/** Place of the first subnet in the VPC, and the role by whose tag load balancers find their subnets. */
const SUBNETS = {
  public: { first: 0, role: "elb" },
  private: { first: ZONES, role: "internal-elb" },
} as const;

/** One subnet for each zone. */
function subnets(parts: Parts, zones: pulumi.Output<string[]>, kind: keyof typeof SUBNETS): aws.ec2.Subnet[] {
  const { name, vpc, cidr, tagsOf, child } = parts;
  const { first, role } = SUBNETS[kind];
  return Array.from(
    { length: ZONES },
    (_, index) =>
      new aws.ec2.Subnet(
        `${name}-${kind}-${index + 1}`,
        {
          vpcId: vpc.id,
          cidrBlock: subnetOf(cidr, first + index),
          availabilityZone: zones.apply((all) => all[index % all.length] ?? ""),
          // Load balancers and the NAT gateway have public addresses of their own; nothing else gets one.
          mapPublicIpOnLaunch: false,
          tags: { ...tagsOf(`${kind}-${index + 1}`), [`kubernetes.io/role/${role}`]: "1" },
        },
        // A zone that is unavailable one day shifts the list of zones, and must not move subnets.
        { ...child, ignoreChanges: ["availabilityZone"] },
      ),
  );
}

/** The gateway for outgoing traffic of private subnets, in the first public one. */
function natGateway(
  { name, tagsOf, child }: Parts,
  [first]: readonly aws.ec2.Subnet[],
  internet: aws.ec2.InternetGateway,
): aws.ec2.NatGateway {
  if (!first) throw new TypeError("a network has at least one zone");
  const opts = { ...child, dependsOn: internet };
  const address = new aws.ec2.Eip(`${name}-nat`, { domain: "vpc", tags: tagsOf("nat") }, opts);
  return new aws.ec2.NatGateway(
    `${name}-nat`,
    { allocationId: address.id, subnetId: first.id, tags: tagsOf("nat") },
    opts,
  );
}

/** Sends the outgoing traffic of some subnets through one gateway. */
function route(
  { name, vpc, tagsOf, child }: Parts,
  kind: keyof typeof SUBNETS,
  members: readonly aws.ec2.Subnet[],
  gateway: Partial<aws.ec2.RouteArgs>,
): void {
  const routes = new aws.ec2.RouteTable(`${name}-${kind}`, { vpcId: vpc.id, tags: tagsOf(kind) }, child);
  members.forEach((subnet, index) => {
    const part = `${name}-${kind}-${index + 1}`;
    new aws.ec2.RouteTableAssociation(part, { subnetId: subnet.id, routeTableId: routes.id }, child);
  });
  const args = { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", ...gateway };
  new aws.ec2.Route(`${name}-${kind}`, args, child);
}

/**
 * The nth /20 of a /16.
 *
 * @param cidr `10.0.0.0/16`
 */
export function subnetOf(cidr: string, index: number): string {
  const [first, second] = cidr.split(".");
  return `${first}.${second}.${index * 16}.0/20`;
}
