import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OwnNetwork } from "./settings.js";

/** Availability zones that a cluster lies in: EKS wants two, and a third one costs nothing but subnets. */
const ZONES = 3;

/** Identifiers of zones that do not take EKS. @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
const WITHOUT_EKS = ["use1-az3", "usw1-az2", "cac1-az3"] as const;

/** Where a VPC is made. */
export interface NetworkArgs {
  readonly config: OwnNetwork;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A VPC for one cluster: nodes in private subnets, load balancers in public ones, one NAT gateway for the way out, since
 * Flux has to reach GitLab.
 *
 * One gateway and not one a zone: where its zone fails, nodes go on and pull nothing meanwhile, for a third of the cost.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export class Network extends pulumi.ComponentResource {
  /** For nodes and the control plane's interfaces. */
  readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, { config, tags }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:eks:Network", name, {}, opts);
    const child = { parent: this };
    const named = (part: string) => ({ ...tags, Name: `${name}-${part}` });
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: config.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: named("vpc") },
      child,
    );
    const zones = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        // Local zones cannot hold a control plane.
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
        excludeZoneIds: [...WITHOUT_EKS],
      },
      child,
    );
    const subnets = (kind: "public" | "private", first: number, role: string) =>
      Array.from(
        { length: ZONES },
        (_, index) =>
          new aws.ec2.Subnet(
            `${name}-${kind}-${index + 1}`,
            {
              vpcId: vpc.id,
              cidrBlock: subnetOf(config.cidr, first + index),
              availabilityZone: zones.names.apply((all) => all[index % all.length] ?? ""),
              // Nothing gets a public address by itself: load balancers and the gateway have theirs.
              mapPublicIpOnLaunch: false,
              // By these tags load balancers find their subnets.
              tags: { ...named(`${kind}-${index + 1}`), [`kubernetes.io/role/${role}`]: "1" },
            },
            // A zone that is not available one day shifts the list: subnets stay where they are.
            { ...child, ignoreChanges: ["availabilityZone"] },
          ),
      );
    const open = subnets("public", 0, "elb");
    const closed = subnets("private", ZONES, "internal-elb");
    const internet = new aws.ec2.InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags: named("internet") }, child);
    const address = new aws.ec2.Eip(
      `${name}-nat`,
      { domain: "vpc", tags: named("nat") },
      { ...child, dependsOn: internet },
    );
    const [firstOpen] = open;
    if (!firstOpen) throw new TypeError("a network has at least one zone");
    const nat = new aws.ec2.NatGateway(
      `${name}-nat`,
      { allocationId: address.id, subnetId: firstOpen.id, tags: named("nat") },
      { ...child, dependsOn: internet },
    );
    const table = (kind: string, members: readonly aws.ec2.Subnet[], way: Partial<aws.ec2.RouteArgs>) => {
      const routes = new aws.ec2.RouteTable(`${name}-${kind}`, { vpcId: vpc.id, tags: named(kind) }, child);
      members.forEach((subnet, index) => {
        const part = `${name}-${kind}-${index + 1}`;
        new aws.ec2.RouteTableAssociation(part, { subnetId: subnet.id, routeTableId: routes.id }, child);
      });
      const args = { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", ...way };
      new aws.ec2.Route(`${name}-${kind}`, args, child);
    };
    table("public", open, { gatewayId: internet.id });
    table("private", closed, { natGatewayId: nat.id });
    this.privateSubnetIds = pulumi.all(closed.map(({ id }) => id));
    this.registerOutputs({});
  }
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
