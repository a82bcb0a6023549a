/** Type of the stack itself, which holds its outputs. */
export const STACK = "pulumi:pulumi:Stack";
/** Type of a GitLab project. */
export const PROJECT = "gitlab:index/project:Project";

/** A resource in Pulumi's state, as far as it is read here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Pulumi refuses to delete it. */
  readonly protect?: boolean;
  /** URN of what it goes with: it is not deleted by itself. Empty or missing: nothing. */
  readonly deletedWith?: string;
}

/** Pulumi's state, as far as it is read here: among others what a run was doing when it was killed. */
export interface Deployment {
  readonly resources?: readonly StateResource[];
  /** How the secrets in it are enciphered: the salt of the passphrase, where it is one. */
  readonly secrets_providers?: { readonly type?: string; readonly state?: { readonly salt?: string } };
  readonly pending_operations?: ReadonlyArray<{ readonly type: string; readonly resource: StateResource }>;
}

/** Key and value by which Pulumi marks a secret in its state. @see https://github.com/pulumi/pulumi/blob/v3.250.0/sdk/go/common/resource/sig/sig.go */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The stack's outputs as they are in the state.
 *
 * @param known what is known of secrets in another way, by output
 * @returns undefined when one of them is a secret that is not known, or contains one
 */
export function outputsOf(
  deployment: Deployment,
  known: (outputs: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  const outputs = deployment.resources?.find(({ type }) => type === STACK)?.outputs ?? {};
  const clear = { ...outputs, ...known(outputs) };
  return Object.values(clear).some(holdsSecret) ? undefined : clear;
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (value as Record<string, unknown>)[SIGNATURE] === SECRET || Object.values(value).some(holdsSecret);
}

/** Resources whose creation had begun and whose end nobody recorded. */
export function pendingCreates(deployment: Deployment): StateResource[] {
  return (deployment.pending_operations ?? []).filter((one) => one.type === "creating").map((one) => one.resource);
}

/** Ids that the state knows for a type: among them those of old ones that are still to be deleted. */
export function knownIds(deployment: Deployment, type: string): ReadonlySet<string> {
  const known = (deployment.resources ?? []).filter((one) => one.type === type);
  return new Set(known.flatMap((one) => one.id ?? []));
}

/** The provider of a cluster that outlives its stack. undefined: the cluster goes with the stack, or was not reached yet. */
export function stayingProvider(deployment: Deployment): StateResource | undefined {
  return deployment.resources?.find(({ type, deletedWith }) => type === "pulumi:providers:kubernetes" && !deletedWith);
}

/** Whether things that a killed run had asked a GitLab for are in doubt, and the GitLab outlives the stack. */
export function doubtsGitLab(deployment: Deployment): boolean {
  const embedded = deployment.resources?.some(({ type }) => type === "timonier:embedded:GitLab") ?? false;
  return !embedded && pendingCreates(deployment).some(({ type }) => type.startsWith("gitlab:"));
}

/**
 * Versions of Pulumi's AWS plugin that the state's resources were made with: each of them is needed to delete them.
 *
 * @param otherwise for a provider whose version was not recorded
 */
export function awsPlugins(deployment: Deployment, otherwise: string): string[] {
  const providers = (deployment.resources ?? []).filter(({ type }) => type === "pulumi:providers:aws");
  return [...new Set(providers.map(({ inputs }) => String(inputs?.version ?? otherwise)))];
}

/** What Pulumi refuses to delete. */
export function protectedResources(deployment: Deployment): StateResource[] {
  return (deployment.resources ?? []).filter(({ protect }) => protect === true);
}

/**
 * The same state with nothing protected, its projects and groups to be deleted for good: what an update with the setting
 * `protect` false would make of it, without the cluster that an update needs.
 */
export function unprotected<D extends Deployment>(deployment: D): D {
  const permanent = new Map([
    [PROJECT, "permanentlyDeleteOnDestroy"],
    ["gitlab:index/group:Group", "permanentlyRemoveOnDelete"],
  ]);
  const resources = (deployment.resources ?? []).map((one) => {
    if (one.protect !== true) return one;
    const { protect: _, ...open } = one;
    const switched = permanent.get(one.type);
    if (switched === undefined) return open;
    return { ...open, inputs: { ...one.inputs, [switched]: true }, outputs: { ...one.outputs, [switched]: true } };
  });
  return { ...deployment, resources };
}

/**
 * The same state without operations in doubt.
 *
 * @param found by URN, the id of what a pending creation had made. Everything it depends on is in the state before it, so
 *   the end of the list is its place
 */
export function settled<D extends Deployment>(deployment: D, found: ReadonlyMap<string, string>): D {
  const adopted = pendingCreates(deployment).flatMap((resource) => {
    const id = found.get(resource.urn);
    return id === undefined ? [] : [{ ...resource, id, outputs: resource.inputs ?? {} }];
  });
  const { pending_operations: _, ...rest } = deployment;
  return { ...rest, resources: [...(deployment.resources ?? []), ...adopted] } as unknown as D;
}
