import { AwsApi, AwsError, isMissing } from "./aws/api.js";
import { findCredentials } from "./aws/credentials.js";
import type { AwsCredentials } from "./aws/sign.js";
import type { EksClusterFacts, EksFacts, EksVersionFacts, InstanceTypeFacts, QuotaFacts } from "./facts.js";
import type { EksClusterConfig } from "./settings.js";

/** Tag of everything in AWS that a stack creates for a cluster; its value is the cluster's name. */
export const CLUSTER_TAG = "timonier:cluster";

/** Timeout of a request to an API server, in milliseconds. */
const PATIENCE = 5_000;

/** How AWS is reached; tests use a stand-in. */
export interface GatherOptions {
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
  /** @default those that the AWS CLI would use */
  readonly credentials?: AwsCredentials;
}

/** A client for the account of a stack. @throws UserError when there are no credentials */
export async function connectAws(
  { region, profile }: Pick<EksClusterConfig, "region" | "profile">,
  options: GatherOptions = {},
): Promise<AwsApi> {
  const { fetch: ask = fetch } = options;
  const credentials = options.credentials ?? (await findCredentials({ region, profile }));
  return new AwsApi({ region, credentials, fetch: ask });
}

/**
 * Reads what a stack needs to know before it creates or changes anything. Writes nothing.
 *
 * @throws UserError when there are no credentials, or AWS does not answer; AwsError when it refuses these credentials
 */
export async function gatherEksFacts(
  name: string,
  config: EksClusterConfig,
  options: GatherOptions = {},
): Promise<EksFacts> {
  const { fetch: ask = fetch } = options;
  const api = await connectAws(config, options);
  // Before all other requests: rejected credentials give one error and not ten.
  const caller = await callerOf(api);
  const cluster = await clusterOf(api, name, ask);
  const [admitted, versions, logGroup, instanceType, quotas] = await Promise.all([
    cluster ? admittedOf(api, name, config.adminRoles) : config.adminRoles.filter((role) => isHolder(role, caller)),
    versionsOf(api),
    logGroupOf(api, name),
    config.nodes.kind === "managed" ? instanceTypeOf(api, config.nodes.instanceType) : undefined,
    cluster ? [] : quotasOf(api, config),
  ]);
  return { caller, cluster, admitted, versions, logGroup, instanceType, quotas };
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
async function callerOf(api: AwsApi): Promise<string> {
  interface Answer {
    readonly GetCallerIdentityResponse: { readonly GetCallerIdentityResult: { readonly Arn: string } };
  }
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const { GetCallerIdentityResponse: answer } = await api.json<Answer>({ service: "sts", query });
  return answer.GetCallerIdentityResult.Arn;
}

/** Whether an identity is a role's: `arn:aws:sts::1:assumed-role/ROLE/SESSION` of `arn:aws:iam::1:role/PATH/ROLE`. */
export function isHolder(role: string, caller: string): boolean {
  const [, account, name] = /^arn:[\w-]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? [];
  const [, callerAccount, callerName] = /^arn:[\w-]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller) ?? [];
  return role === caller || (name !== undefined && name === callerName && account === callerAccount);
}

interface DescribedCluster {
  readonly status: string;
  readonly version: string;
  readonly endpoint?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * @returns undefined when AWS says that there is no such cluster
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
 */
export async function describeCluster(api: AwsApi, name: string): Promise<DescribedCluster | undefined> {
  try {
    const { cluster } = await api.json<{ cluster: DescribedCluster }>({ service: "eks", path: `/clusters/${name}` });
    return cluster;
  } catch (error) {
    if (error instanceof AwsError && isMissing(error)) return undefined;
    throw error;
  }
}

async function clusterOf(api: AwsApi, name: string, ask: typeof fetch): Promise<EksClusterFacts | undefined> {
  const found = await describeCluster(api, name);
  if (!found) return undefined;
  const { status, version, endpoint, tags = {} } = found;
  const reachable = endpoint !== undefined && (await answers(endpoint, ask));
  return { status, version, endpoint, ours: tags[CLUSTER_TAG] === name, reachable };
}

/** Whether an API server answers. A certificate that this machine does not trust proves that it does. */
async function answers(endpoint: string, ask: typeof fetch): Promise<boolean> {
  try {
    await ask(new URL("/version", endpoint), { signal: AbortSignal.timeout(PATIENCE) });
    return true;
  } catch (error) {
    const { code = "" } = ((error as Error).cause ?? {}) as { readonly code?: string };
    return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  }
}

/**
 * Roles with an access entry that is not the stack's: EKS itself creates one, without tags, for the
 * cluster's creator.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
async function admittedOf(api: AwsApi, name: string, roles: readonly string[]): Promise<string[]> {
  interface Answer {
    readonly accessEntry: { readonly tags?: Readonly<Record<string, string>> };
  }
  const found = await Promise.all(
    roles.map(async (role) => {
      const path = `/clusters/${name}/access-entries/${encodeURIComponent(role)}`;
      const answer = await api.maybe(api.json<Answer>({ service: "eks", path }));
      return answer !== undefined && answer.accessEntry.tags?.[CLUSTER_TAG] !== name ? [role] : [];
    }),
  );
  return found.flat();
}

/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html */
async function versionsOf(api: AwsApi): Promise<EksVersionFacts[] | undefined> {
  interface Answer {
    readonly clusterVersions: ReadonlyArray<{
      readonly clusterVersion: string;
      readonly versionStatus: string;
      /** Seconds since 1970. */
      readonly endOfStandardSupportDate: number;
    }>;
  }
  const path = "/cluster-versions";
  const answer = await api.maybe(api.json<Answer>({ service: "eks", path, query: { includeAll: "true" } }));
  const support = { STANDARD_SUPPORT: "standard", EXTENDED_SUPPORT: "extended" } as const;
  return answer?.clusterVersions.map(({ clusterVersion, versionStatus, endOfStandardSupportDate }) => ({
    version: clusterVersion,
    support: support[versionStatus as keyof typeof support] ?? "none",
    standardEnds: endOfStandardSupportDate * 1000,
  }));
}

/** Name of a cluster's log group. @see https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
export function logGroupName(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

/**
 * ARN of a cluster's log group, without the `:*` that some operations reject. undefined: the log
 * group does not exist.
 */
export async function logGroupArn(api: AwsApi, cluster: string): Promise<string | undefined> {
  interface Answer {
    readonly logGroups: ReadonlyArray<{ readonly logGroupName: string; readonly arn: string }>;
  }
  const call = { service: "logs", target: "Logs_20140328.DescribeLogGroups" };
  const body = { logGroupNamePrefix: logGroupName(cluster) };
  const answer = await api.maybe(api.json<Answer>({ ...call, body }));
  const found = answer?.logGroups.find((group) => group.logGroupName === logGroupName(cluster));
  return found?.arn.replace(/:\*$/, "");
}

async function logGroupOf(api: AwsApi, cluster: string): Promise<EksFacts["logGroup"]> {
  const resourceArn = await logGroupArn(api, cluster);
  if (resourceArn === undefined) return "none";
  const call = { service: "logs", target: "Logs_20140328.ListTagsForResource", body: { resourceArn } };
  const answer = await api.maybe(api.json<{ tags?: Readonly<Record<string, string>> }>(call));
  return answer?.tags?.[CLUSTER_TAG] === cluster ? "claimed" : "there";
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html */
async function instanceTypeOf(api: AwsApi, instanceType: string): Promise<InstanceTypeFacts | undefined> {
  const query = { ...ec2("DescribeInstanceTypes"), "InstanceType.1": instanceType };
  try {
    const text = await api.maybe(api.text({ service: "ec2", query }));
    if (text === undefined) return undefined;
    const architecture = /<supportedArchitectures>[\s\S]*?<item>arm64<\/item>/.test(text) ? "arm64" : "x86_64";
    return { known: true, architecture, nvidia: /<gpuInfo>[\s\S]*?<manufacturer>NVIDIA</i.test(text) };
  } catch (error) {
    if (error instanceof AwsError && error.code === "InvalidInstanceType") return { known: false };
    throw error;
  }
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
async function quotasOf(api: AwsApi, { network }: EksClusterConfig): Promise<QuotaFacts[]> {
  const counted = async (query: Record<string, string>, element: RegExp) =>
    (await api.text({ service: "ec2", query })).match(element)?.length ?? 0;
  const clusters = async () => {
    const query = { maxResults: "100" };
    return (await api.json<{ clusters: unknown[] }>({ service: "eks", path: "/clusters", query })).clusters.length;
  };
  const wanted = [
    { name: "EKS clusters", service: "eks", code: "L-1194D53C", used: clusters },
    ...(network.kind === "own"
      ? [
          { name: "VPCs", service: "vpc", code: "L-F678F1CE", used: () => counted(ec2("DescribeVpcs"), /<vpcId>/g) },
          {
            ...{ name: "Elastic IP addresses", service: "ec2", code: "L-0263D0A3" },
            used: () => counted(ec2("DescribeAddresses"), /<allocationId>/g),
          },
        ]
      : []),
  ];
  const found = await Promise.all(
    wanted.map(async ({ name, service, code, used }) => {
      const body = { ServiceCode: service, QuotaCode: code };
      const target = "ServiceQuotasV20190624.GetServiceQuota";
      const call = { service: "servicequotas", target, body };
      const [quota, now] = await Promise.all([
        api.maybe(api.json<{ Quota: { Value: number } }>(call)),
        api.maybe(used()),
      ]);
      return quota && now !== undefined ? [{ name, used: now, limit: quota.Quota.Value }] : [];
    }),
  );
  return found.flat();
}

function ec2(Action: string): Record<string, string> {
  return { Action, Version: "2016-11-15" };
}
