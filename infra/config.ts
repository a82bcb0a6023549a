import { checkSettings } from "@timonier/kit/check-settings";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { type EksClusterConfig, logTypes } from "./cluster/eks/config.js";
import type { ExistingClusterConfig } from "./cluster/existing/kubeconfig.js";
import { checkMinikube, type MinikubeConfig, runtimes } from "./cluster/minikube/config.js";
import { driverNames, driverOf } from "./cluster/minikube/drivers.js";
import type { DeletedProject, Visibility } from "./gitlab/preflight/gitlab-facts.js";

/** Where the repositories live. */
export type GitLabConfig =
  | {
      readonly kind: "embedded";
      /** Address of this machine by which the cluster's pods reach it. undefined: they share its loopback. */
      readonly hostAddress?: string | undefined;
    }
  | {
      readonly kind: "remote";
      readonly url: string;
      readonly caFile: string | undefined;
      /** What its licence has. `auto`: it is asked. */
      readonly tier: "auto" | "free" | "premium";
      /** Which of Pulumi's plugins works on it. `auto`: the official one where it is on this machine. */
      readonly plugin: "auto" | "official" | "own";
    };

/** Which cluster. `name`: its folder below `clusters/` in the setup repository, and part of its tokens' names. */
export type ClusterConfig =
  | { readonly kind: "embedded"; readonly name: string }
  | ({ readonly kind: "existing"; readonly name: string } & ExistingClusterConfig)
  | ({ readonly kind: "eks"; readonly name: string } & EksClusterConfig)
  | ({ readonly kind: "minikube"; readonly name: string } & MinikubeConfig);

/** What has to happen before a merge request is merged, as far as GitLab's licence goes. */
export interface ReviewConfig {
  readonly approvals: number;
  /** Line of CODEOWNERS after the pattern. undefined: none. */
  readonly codeOwners: string | undefined;
  readonly requirePipeline: boolean;
}

/** Where the repositories' pipelines get this program, which they run. */
export interface ProgramConfig {
  /** Address for `git clone`. */
  readonly repository: string;
  /** Branch or tag. undefined: the default branch. */
  readonly ref: string | undefined;
  /** Image with Node, git and bash. */
  readonly image: string;
}

/** Every setting of a stack, checked. Descriptions and defaults: Pulumi.yaml. */
export interface PlatformConfig {
  readonly stack: string;
  readonly cluster: ClusterConfig;
  readonly gitlab: GitLabConfig;
  /** Full path of the group or user. undefined: the token's own user. */
  readonly namespace: string | undefined;
  /** Whether the last group of {@link namespace} is this stack's. */
  readonly createNamespace: boolean;
  readonly setupRepository: string;
  readonly applicationRepository: string;
  readonly branch: string;
  readonly visibility: Visibility;
  readonly deletedProject: DeletedProject;
  /** Whether `destroy` refuses to delete the repositories. */
  readonly protect: boolean;
  readonly review: ReviewConfig;
  /** Whether new repositories get a pipeline. */
  readonly pipelines: boolean;
  /** What those run. undefined: they do nothing. */
  readonly program: ProgramConfig | undefined;
  /** Whether pipelines get a token of their own. */
  readonly ciToken: boolean;
  /** Whether the cluster gets a token that pushes to branches of the application repository that are not protected. */
  readonly imageAutomation: boolean;
  /** Where GitLab reaches Flux's webhook receiver. undefined: only an embedded cluster's is known by itself. */
  readonly webhookUrl: string | undefined;
  readonly tokenDays: number;
  /** Tokens older than this are renewed. undefined: their age alone counts. */
  readonly rotateBefore: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
}

const slug = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/, "letters, digits, '_', '-' and '.', a letter or digit first");
const flag = z.stringbool({ truthy: ["true"], falsy: ["false"], error: "true or false" });
const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).pipe(z.int({ error }).min(least, { error }).max(most, { error }));
};
const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });

/** Comma-separated; empty: none. */
const listOf = (each: RegExp, error: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .refine((parts) => parts.every((part) => each.test(part)), { error });

/** Keys as in Pulumi.yaml, without the project's name; each message says what is expected. */
export const settings = z.strictObject({
  cluster: oneOf("embedded", "existing", "eks", "minikube"),
  clusterName: z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/, "lower-case letters, digits and '-'"),
  kubeconfig: z.string(),
  kubeContext: z.string(),
  eksVersion: z.string().regex(/^1\.\d{2}$/, "a minor version such as 1.35"),
  eksNodes: oneOf("auto", "managed"),
  eksInstanceType: z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as m7i.large"),
  eksNodeCount: wholeNumber(1, 100),
  eksVpcCidr: z
    .string()
    .regex(/^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/, "a private /16 such as 10.0.0.0/16"),
  eksSubnetIds: listOf(/^subnet-[0-9a-f]+$/, "subnets such as subnet-0123456789abcdef0, with commas").refine(
    // EKS wants two zones; a single subnet is never right, whatever the kind of cluster.
    ({ length }) => length !== 1,
    { error: "subnets in two zones at least, or none for a VPC of its own" },
  ),
  eksPublicCidrs: listOf(
    /^(\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])$/,
    "such as 203.0.113.0/24, with commas, and never everybody's",
  ),
  eksApiSources: listOf(
    /^((\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])|sg-[0-9a-f]+)$/,
    "CIDR blocks and security groups such as 10.8.0.0/16,sg-0a1b2c, with commas",
  ),
  eksAdminRoles: listOf(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, "role ARNs, with commas"),
  eksLogTypes: listOf(new RegExp(`^(${logTypes.join("|")})$`), `of ${logTypes.join(", ")}`),
  eksTags: listOf(/^[^=]+=.*$/, "KEY=VALUE, with commas"),
  minikubeProfile: z.string().regex(/^([a-zA-Z0-9][a-zA-Z0-9-]+)?$/, "letters, digits and '-', two at least"),
  minikubeOwned: flag,
  minikubeDriver: oneOf(...driverNames),
  minikubeVersion: z.string().regex(/^1\.\d+\.\d+$/, "a version such as 1.35.1"),
  minikubeRuntime: oneOf(...runtimes),
  minikubeNodes: wholeNumber(1, 10),
  minikubeCpus: wholeNumber(2, 256),
  minikubeMemory: wholeNumber(1800, 1_000_000),
  minikubeAddons: listOf(/^[a-z][a-z0-9-]*$/, "addons such as metrics-server, with commas"),
  minikubeRegistryMirror: z.union([z.literal(""), z.url({ protocol: /^https?$/ })], {
    error: "an address such as https://mirror.example.org",
  }),
  minikubeCaFile: z.string(),
  gitlab: oneOf("auto", "embedded", "remote"),
  gitlabAddress: z.union([z.literal(""), z.ipv4()], { error: "an IPv4 address such as 192.168.49.1" }),
  gitlabUrl: z.url({ protocol: /^https?$/, error: "an address such as https://gitlab.com" }),
  gitlabCaFile: z.string(),
  gitlabTier: oneOf("auto", "free", "premium"),
  gitlabPlugin: oneOf("auto", "official", "own"),
  namespace: z.string().regex(/^([\w.-]+(\/[\w.-]+)*)?$/, "a path such as team/platform"),
  createNamespace: flag,
  setupRepository: slug,
  applicationRepository: slug,
  branch: z.string().min(1, "the name of a branch"),
  visibility: oneOf("private", "internal", "public"),
  deletedProject: oneOf("leave", "restore", "purge"),
  protect: flag,
  approvals: wholeNumber(0, 20),
  codeOwners: z.string().regex(/^(@[\w./-]+( +@[\w./-]+)*)?$/, "names such as @group/platform"),
  requirePipeline: flag,
  pipelines: flag,
  programRepository: z
    .string()
    .regex(/^((https?|file):\/\/\S+)?$/, "an address for git such as https://gitlab.example.org/platform/timonier.git"),
  programRef: z.string().regex(/^([\w][\w./-]*)?$/, "a branch or a tag"),
  pipelineImage: z.string().regex(/^[\w][\w./:@-]*$/, "an image such as node:24-bookworm"),
  ciToken: flag,
  imageAutomation: flag,
  webhookUrl: z.union([z.literal(""), z.url({ protocol: /^https?$/ })], {
    error: "an address such as https://flux-hooks.example.org",
  }),
  // GitLab caps access tokens at 365 days, and a token of less than three would be renewed at every run.
  tokenDays: wholeNumber(3, 365),
  rotateBefore: z.union([z.literal(""), z.iso.datetime({ offset: true })], {
    error: "a time such as 2027-01-31T12:00:00Z",
  }),
  timeoutMinutes: wholeNumber(1, 120),
});

/**
 * Settings of a stack from Pulumi's flat configuration.
 *
 * @param raw `pulumi.runtime.allConfig()`: `timonier:cluster` → `embedded`
 * @throws UserError that lists every fault at once
 */
export function parseConfig(raw: Readonly<Record<string, string>>, stack: string): PlatformConfig {
  const own = Object.entries(raw).filter(([key]) => key.startsWith("timonier:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("timonier:".length), value]));
  const source = {
    where: `configuration of stack ${stack}`,
    fix: `pulumi config set -s ${stack} KEY VALUE, or rm; meanings and defaults are in Pulumi.yaml`,
  };
  const parsed = checkSettings(settings, values, source, elsewhere(values.cluster, raw));
  const embedded = parsed.gitlab === "embedded" || (parsed.gitlab === "auto" && parsed.cluster === "embedded");
  const cluster = clusterOf(parsed, parsed.clusterName || stack, raw);
  return {
    stack,
    cluster,
    gitlab: embedded
      ? { kind: "embedded", hostAddress: hostAddressOf(cluster, parsed.gitlabAddress) }
      : {
          kind: "remote",
          url: parsed.gitlabUrl.replace(/\/+$/, ""),
          caFile: parsed.gitlabCaFile || undefined,
          tier: parsed.gitlabTier,
          plugin: parsed.gitlabPlugin,
        },
    namespace: parsed.namespace || undefined,
    createNamespace: parsed.createNamespace,
    setupRepository: parsed.setupRepository,
    applicationRepository: parsed.applicationRepository,
    branch: parsed.branch,
    visibility: parsed.visibility,
    deletedProject: parsed.deletedProject,
    protect: embedded ? false : parsed.protect,
    review: {
      approvals: parsed.approvals,
      codeOwners: parsed.codeOwners || undefined,
      requirePipeline: parsed.requirePipeline,
    },
    pipelines: parsed.pipelines,
    program: parsed.programRepository
      ? { repository: parsed.programRepository, ref: parsed.programRef || undefined, image: parsed.pipelineImage }
      : undefined,
    // A rehearsal is of use when somebody reads it.
    ciToken: parsed.ciToken || parsed.programRepository !== "",
    imageAutomation: parsed.imageAutomation,
    webhookUrl: parsed.webhookUrl.replace(/\/+$/, "") || undefined,
    tokenDays: parsed.tokenDays,
    rotateBefore: parsed.rotateBefore || undefined,
    timeout: parsed.timeoutMinutes * 60_000,
  };
}

/** Faults of settings that belong to other packages. */
function elsewhere(cluster: string | undefined, { "aws:region": region }: Readonly<Record<string, string>>): string[] {
  return cluster === "eks" && !region ? ["aws:region: expected a region such as eu-central-1, got nothing"] : [];
}

function clusterOf(
  parsed: z.infer<typeof settings>,
  name: string,
  raw: Readonly<Record<string, string>>,
): ClusterConfig {
  switch (parsed.cluster) {
    case "embedded":
      return { kind: "embedded", name };
    case "existing":
      return {
        kind: "existing",
        name,
        kubeconfigFile: parsed.kubeconfig || undefined,
        context: parsed.kubeContext || undefined,
      };
    case "eks":
      return { kind: "eks", name, ...eksOf(parsed, raw) };
    case "minikube":
      return { kind: "minikube", name, ...minikubeOf(parsed, name) };
  }
}

function minikubeOf(parsed: z.infer<typeof settings>, name: string): MinikubeConfig {
  return checkMinikube({
    profile: parsed.minikubeProfile || driverOf(parsed.minikubeDriver).profile || name,
    owned: parsed.minikubeOwned,
    kubeconfigFile: parsed.kubeconfig || undefined,
    driver: parsed.minikubeDriver,
    kubernetesVersion: parsed.minikubeVersion,
    runtime: parsed.minikubeRuntime,
    nodes: parsed.minikubeNodes,
    cpus: parsed.minikubeCpus,
    memory: parsed.minikubeMemory,
    addons: parsed.minikubeAddons,
    registryMirror: parsed.minikubeRegistryMirror || undefined,
    caFile: parsed.minikubeCaFile || undefined,
  });
}

/** @throws UserError for a cluster whose way to this machine nobody named */
function hostAddressOf(cluster: ClusterConfig, named: string): string | undefined {
  if (cluster.kind === "embedded") return undefined;
  const address = named || (cluster.kind === "minikube" ? driverOf(cluster.driver).hostAddress : undefined);
  if (address !== undefined) return address;
  throw new UserError(
    "pods of this cluster do not reach the embedded GitLab at 127.0.0.1",
    "setting gitlabAddress",
    "name this machine's address in the cluster's network, or use a GitLab that the cluster reaches: setting gitlab remote",
  );
}

function eksOf(parsed: z.infer<typeof settings>, raw: Readonly<Record<string, string>>): EksClusterConfig {
  // That there is a region has been checked.
  const { "aws:region": region = "", "aws:profile": profile } = raw;
  const subnetIds = parsed.eksSubnetIds;
  return {
    region,
    profile,
    kubernetesVersion: parsed.eksVersion,
    network: subnetIds.length > 0 ? { kind: "given", subnetIds } : { kind: "own", cidr: parsed.eksVpcCidr },
    nodes:
      parsed.eksNodes === "auto"
        ? { kind: "auto" }
        : { kind: "managed", instanceType: parsed.eksInstanceType, count: parsed.eksNodeCount },
    adminRoles: parsed.eksAdminRoles,
    publicCidrs: parsed.eksPublicCidrs,
    apiSources: parsed.eksApiSources,
    logTypes: parsed.eksLogTypes,
    tags: Object.fromEntries(
      parsed.eksTags.map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)]),
    ),
  };
}
