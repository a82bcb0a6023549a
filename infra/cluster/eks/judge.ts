import type { Finding } from "../../finding.js";
import type { EksClusterFacts, EksFacts, QuotaFacts } from "./facts.js";
import type { EksClusterConfig } from "./settings.js";

const DAY = 86_400_000;

/** Days before the end of standard support from which a version is warned about. */
const SOON = 90;

/** Findings about the account, the cluster and the settings, before anything is created or changed in AWS. */
export function judgeEks(facts: EksFacts, config: EksClusterConfig, now: number): Finding[] {
  const findings: readonly (Finding | undefined)[] = [
    { subject: "AWS", level: "ok", message: `${facts.caller} in ${config.region}` },
    facts.cluster ? checkCluster(facts.cluster) : checkNew(config),
    checkVersion(facts, config, now),
    checkInstanceType(facts, config),
    checkAdministrators(facts),
    ...facts.quotas.map(checkQuota),
  ];
  return findings.filter((finding) => finding !== undefined);
}

function checkCluster({ status, ours, endpoint, reachable }: EksClusterFacts): Finding {
  const subject = "EKS cluster";
  const fatal = (message: string, fix: string): Finding => ({ subject, level: "fatal", message, fix });
  if (!ours) {
    return fatal(
      "a cluster of this name exists, and no stack of this name created it (it has no tag timonier:cluster)",
      "choose another name: pulumi config set clusterName NAME; or use the cluster as it is: pulumi config set cluster existing",
    );
  }
  if (status === "DELETING") return fatal("AWS is deleting it", "wait until it is deleted, then run the command again");
  if (status === "FAILED")
    return fatal("AWS could not create it", "npx timonier down; the AWS console shows the reason");
  if (reachable || endpoint === undefined)
    return { subject, level: "ok", message: `${status}, ${endpoint ?? "no address yet"}` };
  return {
    subject,
    level: "warning",
    message: `${status}, and ${endpoint} does not answer from here`,
    fix: "run the command in a network that reaches it, or allow this machine's address: pulumi config set --path 'eksPublicCidrs[0]' ADDRESS/32",
  };
}

/**
 * Whether the settings let this program reach the API server: a VPC of its own does not exist
 * before the run that has to reach it, and in preexisting subnets the security group admits only
 * the cluster's own nodes.
 *
 * @returns undefined when the API server can be reached
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export function checkWayIn({ network, publicCidrs, apiSources }: EksClusterConfig): Finding | undefined {
  if (publicCidrs.length > 0 || apiSources.length > 0) return undefined;
  const own = network.kind === "own";
  return {
    subject: "settings eksPublicCidrs and eksApiSources",
    level: "fatal",
    message: own
      ? "the API server would be reachable only from a VPC that the same run creates, so the run could not reach it"
      : "the API server would be reachable only from the cluster's own nodes: its security group admits nothing else",
    fix: own
      ? "pulumi config set --path 'eksPublicCidrs[0]' ADDRESS/32, the public address of where `up` runs"
      : "pulumi config set --path 'eksApiSources[0]' CIDR or SECURITY-GROUP, of where `up` runs in the network; or set eksPublicCidrs",
  };
}

/** A VPC that the same run creates contains no runner and no VPN yet, so the API server needs a public address. */
function checkNew({ network, publicCidrs }: EksClusterConfig): Finding {
  const subject = "EKS cluster";
  if (network.kind === "own" && publicCidrs.length === 0) {
    return {
      subject,
      level: "fatal",
      message: "its API server would be reachable only from a VPC that does not exist yet",
      fix: "pulumi config set --path 'eksPublicCidrs[0]' ADDRESS/32 for the first run; remove it when a network leads into the VPC",
    };
  }
  return { subject, level: "ok", message: "no cluster of this name; will be created" };
}

/** The version that the cluster has or gets: AWS upgrades by itself, and does not downgrade. */
export function versionOf(facts: Pick<EksFacts, "cluster">, { kubernetesVersion }: EksClusterConfig): string {
  const there = facts.cluster?.version;
  return there !== undefined && minor(there) > minor(kubernetesVersion) ? there : kubernetesVersion;
}

function checkVersion(facts: EksFacts, config: EksClusterConfig, now: number): Finding {
  const subject = "Kubernetes version";
  const { kubernetesVersion: wanted } = config;
  const there = facts.cluster?.version;
  if (there !== undefined && minor(wanted) > minor(there) + 1) {
    return {
      subject,
      level: "fatal",
      message: `the cluster has ${there}, and EKS upgrades by one minor version at a time, not to ${wanted}`,
      fix: `pulumi config set eksVersion 1.${minor(there) + 1}, and the next one afterwards`,
    };
  }
  if (there !== undefined && minor(there) > minor(wanted)) {
    return {
      subject,
      level: "warning",
      message: `the cluster has ${there}: AWS has upgraded it, and EKS does not downgrade to ${wanted}`,
      fix: `pulumi config set eksVersion ${there}`,
    };
  }
  const known = facts.versions?.find(({ version }) => version === wanted);
  if (facts.versions === undefined) return { subject, level: "ok", message: `${wanted}; its support is not visible` };
  if (!known || known.support === "none" || (known.support === "extended" && there === undefined)) {
    const offered = facts.versions.filter(({ support }) => support === "standard").map(({ version }) => version);
    return {
      subject,
      // A cluster that exists keeps running.
      level: there === undefined ? "fatal" : "warning",
      message: `EKS has no standard support for ${wanted}`,
      fix: `pulumi config set eksVersion to one of ${offered.join(", ")}`,
    };
  }
  const end = new Date(known.standardEnds).toISOString().slice(0, 10);
  if (known.standardEnds - now > SOON * DAY)
    return { subject, level: "ok", message: `${wanted}, supported until ${end}` };
  return {
    subject,
    level: "warning",
    message: `standard support for ${wanted} ends on ${end}; AWS upgrades the cluster by itself then`,
    fix: `pulumi config set eksVersion 1.${minor(wanted) + 1}, after a rehearsal`,
  };
}

function checkInstanceType({ instanceType }: EksFacts, { nodes, region }: EksClusterConfig): Finding | undefined {
  if (nodes.kind !== "managed" || instanceType === undefined) return undefined;
  const subject = "instance type";
  if (instanceType.known)
    return { subject, level: "ok", message: `${nodes.instanceType}, ${instanceType.architecture}` };
  return {
    subject,
    level: "fatal",
    message: `instance type ${nodes.instanceType} does not exist in ${region}`,
    fix: "pulumi config set eksInstanceType TYPE; AWS lists them: https://aws.amazon.com/ec2/instance-types/",
  };
}

function checkAdministrators({ admitted }: EksFacts): Finding | undefined {
  if (admitted.length === 0) return undefined;
  const message = `${admitted.join(", ")} may already enter the cluster, by an access entry that is not the stack's and is not changed`;
  return { subject: "administrators", level: "ok", message };
}

function checkQuota({ name, used, limit }: QuotaFacts): Finding {
  const subject = `quota of ${name}`;
  const message = `${used} of ${limit} are used`;
  if (used < limit) return { subject, level: "ok", message };
  return {
    subject,
    level: "fatal",
    message: `${message}, and one more is needed`,
    fix: "delete one, or ask for more in the AWS console: Service Quotas",
  };
}

/** Minor version: 35 of `1.35`. */
function minor(version: string): number {
  return Number(version.split(".")[1]);
}
