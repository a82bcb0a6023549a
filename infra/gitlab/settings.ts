import { z } from "zod";
import { flag, oneOf, type Values, wholeNumber } from "../setting-fields.js";
import type { SharedGitLab } from "./shared-gitlab.js";

const slug = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/, "letters, digits, '_', '-' and '.', a letter or digit first");

/** Group of the repositories in an embedded GitLab. */
export const embeddedTeam = "platform";

/** Settings of the GitLab server. */
export const serverSettings = z.object({
  gitlab: oneOf("auto", "embedded", "remote")
    .default("auto")
    .describe(
      "embedded (a GitLab on this machine), remote (gitlab.com or a server of your own), or auto: embedded with the embedded cluster, otherwise remote.",
    ),
  gitlabStack: z
    .string()
    .regex(/^[\w.-]*$/, "the name of a stack")
    .default("")
    .describe(
      "Name of a stack on this machine whose embedded GitLab this stack uses, for example production that of staging. Empty: gitlab and gitlabUrl say which GitLab.",
    ),
  gitlabAddress: z
    .union([z.literal(""), z.ipv4()], { error: "an IPv4 address such as 192.168.49.1" })
    .default("")
    .describe(
      "IPv4 address of this machine at which the cluster's pods reach an embedded GitLab. Empty: the address of the Minikube driver; the embedded cluster needs none.",
    ),
  gitlabUrl: z
    .url({ protocol: /^https?$/, error: "an address such as https://gitlab.com" })
    .default("https://gitlab.com")
    .describe("URL of a remote GitLab, including the path below which it is served, if any."),
  gitlabCaFile: z
    .string()
    .default("")
    .describe(
      "PEM file of the authority that signed a remote GitLab's certificate; used for the API, Git, the cluster and CI. Empty: the system's authorities.",
    ),
  gitlabTier: oneOf("auto", "free", "premium")
    .default("auto")
    .describe(
      "Tier of a remote GitLab: free, premium (also for Ultimate), or auto: GitLab is asked, which tells only owners of the group and administrators.",
    ),
  gitlabPlugin: oneOf("auto", "official", "own")
    .default("auto")
    .describe(
      "Pulumi plugin for a remote GitLab: official, own (this program's), or auto: the official one if it is in PATH or installed by `pulumi plugin install`. The embedded GitLab uses this program's.",
    ),
});

/** Settings of the repositories, their pipelines and their tokens. */
export const repositorySettings = z.object({
  namespace: z
    .string()
    .regex(/^([\w.-]+(\/[\w.-]+)*)?$/, "a path such as team/platform")
    .default("")
    .describe(
      "Full path of the group, also a nested one, or of the user that owns the repositories. Empty: the token's user.",
    ),
  createNamespace: flag()
    .default(false)
    .describe("Create and own the last group of namespace; the groups before it must exist."),
  setupRepository: slug
    .default("fluxcd-gitops-setup")
    .describe("Repository with Flux itself, its sources and its Kustomizations."),
  applicationRepository: slug
    .default("fluxcd-gitops-application")
    .describe("Repository with the manifests of the applications."),
  branch: z
    .string()
    .min(1, "the name of a branch")
    .default("main")
    .describe("Branch that Flux follows. It is protected: changes are merged by maintainers and never pushed."),
  visibility: oneOf("private", "internal", "public").default("private").describe("private, internal or public."),
  deletedProject: oneOf("leave", "restore", "purge")
    .default("leave")
    .describe(
      "What to do with a repository of the same name that is scheduled for deletion: leave (create a new one beside it), restore, or purge (delete it permanently).",
    ),
  protect: flag()
    .default(true)
    .describe(
      "Refuse to delete the repositories. false: `destroy` deletes them permanently, in GitLab's two steps. Repositories of the embedded GitLab are deleted with it.",
    ),
  approvals: wholeNumber(0, 20)
    .default(1)
    .describe("Required approvals of a merge request, not counting its author. Requires GitLab Premium."),
  codeOwners: z
    .string()
    .regex(/^(@[\w./-]+( +@[\w./-]+)*)?$/, "names such as @group/platform")
    .default("")
    .describe(
      "Code owners who must approve each change (`@group/platform`), written to CODEOWNERS of new repositories. Requires GitLab Premium. Empty: none.",
    ),
  requirePipeline: flag()
    .default(false)
    .describe(
      "Merge only after a successful pipeline. For repositories that have pipelines: without one, nothing can be merged.",
    ),
  pipelines: flag()
    .default(true)
    .describe(
      "Add a .gitlab-ci.yml to new repositories that rehearses each merge request. It does nothing until programRepository is set.",
    ),
  programRepository: z
    .string()
    .regex(/^((https?|file):\/\/\S+)?$/, "an address for git such as https://gitlab.example.org/platform/timonier.git")
    .default("")
    .describe(
      "URL from which those pipelines clone this program: https://gitlab.example.org/platform/timonier.git. Empty: they do nothing.",
    ),
  programRef: z
    .string()
    .regex(/^([\w][\w./-]*)?$/, "a branch or a tag")
    .default("")
    .describe("Branch or tag of programRepository. Empty: its default branch."),
  pipelineImage: z
    .string()
    .regex(/^[\w][\w./:@-]*$/, "an image such as node:24-bookworm")
    .default("node:24-bookworm")
    .describe("Image in which those pipelines run. It needs Node 24, git and bash."),
  ciToken: flag()
    .default(false)
    .describe(
      "Give the repositories' pipelines a token for notes on merge requests, as variable TIMONIER_NOTE_TOKEN. With programRepository they always have it.",
    ),
  imageAutomation: flag()
    .default(false)
    .describe(
      "Install Flux's image controllers in the cluster, which propose the newest image that a policy of apps/settings.yaml allows, by a merge request. Their token can only push to unprotected branches of the application repository. Requires project access tokens in GitLab.",
    ),
  webhookUrl: z
    .union([z.literal(""), z.url({ protocol: /^https?$/ })], {
      error: "an address such as https://flux-hooks.example.org",
    })
    .default("")
    .describe(
      "URL at which GitLab reaches the cluster's Service flux-system/webhook-receiver, so that Flux pulls a push at once. Empty: Flux polls at its intervals; the embedded GitLab notifies the embedded cluster anyway.",
    ),
  // GitLab limits access tokens to 365 days, and a token of less than three days would be renewed
  // at every run.
  tokenDays: wholeNumber(3, 365)
    .default(90)
    .describe("Lifetime of a token in days; it is renewed when a third of it is left."),
  rotateBefore: z
    .union([z.literal(""), z.iso.datetime({ offset: true })], { error: "a time such as 2027-01-31T12:00:00Z" })
    .default("")
    .describe(
      "Time; the next `up` renews tokens created before it: 2027-01-31T12:00:00Z. `timonier rotate` sets it. Empty: only their age counts.",
    ),
});

/**
 * Which GitLab the stack uses.
 *
 * @param shared the embedded GitLab of another stack, where the settings name one
 * @param hostAddress address of this machine for the cluster's pods, for an embedded GitLab only
 */
export function serverConfig(
  values: Values<typeof serverSettings>,
  embedded: boolean,
  { shared, hostAddress }: { readonly shared?: SharedGitLab | undefined; readonly hostAddress?: string | undefined },
) {
  if (embedded) {
    return {
      kind: "embedded" as const,
      /**
       * Address of this machine at which the cluster's pods reach it.
       *
       * @default they share its loopback
       */
      hostAddress,
    };
  }
  return {
    kind: "remote" as const,
    url: shared?.url ?? values.gitlabUrl.replace(/\/+$/, ""),
    /** @default the system's authorities */
    caFile: shared?.caFile ?? (values.gitlabCaFile || undefined),
    /** Name of the stack on this machine to which this GitLab belongs. @default it belongs to no stack */
    stack: shared && values.gitlabStack,
    /** `auto`: GitLab is asked. */
    tier: values.gitlabTier,
    /** `auto`: the official plugin if it is on this machine. */
    plugin: shared ? ("own" as const) : values.gitlabPlugin,
  };
}

/**
 * Which repositories, pipelines and tokens the stack has.
 *
 * @param embedded whether GitLab is deleted with a stack of this machine
 * @param defaultNamespace group where the settings name none @default the token's user
 */
export function repositoryConfig(
  values: Values<typeof repositorySettings>,
  embedded: boolean,
  defaultNamespace?: string,
) {
  return {
    /** Full path of the group or user. @default the token's user */
    namespace: values.namespace || defaultNamespace,
    /** Whether the stack owns the last group of `namespace`. */
    createNamespace: values.createNamespace,
    setupRepository: values.setupRepository,
    applicationRepository: values.applicationRepository,
    branch: values.branch,
    visibility: values.visibility,
    deletedProject: values.deletedProject,
    /** Whether `destroy` refuses to delete the repositories. */
    protect: embedded ? false : values.protect,
    review: reviewConfig(values),
    /** Whether new repositories get a pipeline. */
    pipelines: values.pipelines,
    /** What those pipelines run. @default they do nothing */
    program: programConfig(values),
    /** Whether pipelines get a token of their own: the program they run writes notes. */
    ciToken: values.ciToken || values.programRepository !== "",
    /**
     * Whether the cluster gets Flux's image controllers, and a token that pushes to unprotected
     * branches of the application repository.
     */
    imageAutomation: values.imageAutomation,
    /**
     * URL at which GitLab reaches Flux's webhook receiver.
     *
     * @default known for an embedded cluster only
     */
    webhookUrl: values.webhookUrl.replace(/\/+$/, "") || undefined,
    tokenDays: values.tokenDays,
    /** Time: tokens created before it are renewed. @default only their age counts */
    rotateBefore: values.rotateBefore || undefined,
  };
}

function reviewConfig({ approvals, codeOwners, requirePipeline }: Values<typeof repositorySettings>) {
  return {
    approvals,
    /** Line of CODEOWNERS after the pattern. @default none */
    codeOwners: codeOwners || undefined,
    requirePipeline,
  };
}

function programConfig({ programRepository, programRef, pipelineImage }: Values<typeof repositorySettings>) {
  if (programRepository === "") return undefined;
  return {
    /** URL for `git clone`. */
    repository: programRepository,
    /** Branch or tag. @default the default branch */
    ref: programRef || undefined,
    /** Image with Node, git and bash. */
    image: pipelineImage,
  };
}

/** Where the repositories are. */
export type GitLabConfig = Readonly<ReturnType<typeof serverConfig>>;

/** What a merge request needs before it is merged, as far as GitLab's tier supports it. */
export type ReviewConfig = Readonly<ReturnType<typeof reviewConfig>>;

/** Where the repositories' pipelines get this program, which they run. */
export type ProgramConfig = Readonly<NonNullable<ReturnType<typeof programConfig>>>;
