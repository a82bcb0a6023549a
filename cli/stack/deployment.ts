/** Type of the stack itself, whose resource has the outputs. */
export const STACK = "pulumi:pulumi:Stack";
/** Type of a GitLab project. */
export const PROJECT = "gitlab:index/project:Project";

/** The part of a resource in Pulumi's state that is read here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Pulumi refuses to delete it. */
  readonly protect?: boolean;
  /** URN of the resource whose deletion deletes it too. @default none; an empty text means the same */
  readonly deletedWith?: string;
}

/** The part of Pulumi's state that is read here, with the pending operations of a killed run. */
export interface Deployment {
  readonly resources?: readonly StateResource[];
  /** How its secrets are encrypted: the salt, where there is a passphrase. */
  readonly secrets_providers?: { readonly type?: string; readonly state?: { readonly salt?: string } };
  readonly pending_operations?: ReadonlyArray<{ readonly type: string; readonly resource: StateResource }>;
}

/**
 * Key and value by which Pulumi marks a secret in its state.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.250.0/sdk/go/common/resource/sig/sig.go
 */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * The stack's outputs in the state.
 *
 * @param known plain values of secret outputs that are known from elsewhere
 * @returns undefined when an output is, or contains, a secret whose value is not known
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

/** Resources whose creation began and whose result was not recorded. */
export function pendingCreates(deployment: Deployment): StateResource[] {
  return (deployment.pending_operations ?? []).filter((one) => one.type === "creating").map((one) => one.resource);
}

/** Ids of the resources of a type, including replaced ones that are still to be deleted. */
export function knownIds(deployment: Deployment, type: string): ReadonlySet<string> {
  const known = (deployment.resources ?? []).filter((one) => one.type === type);
  return new Set(known.flatMap((one) => one.id ?? []));
}

/** The same state without the resources of a type. No other resource of the state may depend on them. */
export function withoutType<D extends Deployment>(deployment: D, type: string): D {
  return { ...deployment, resources: (deployment.resources ?? []).filter((one) => one.type !== type) };
}

/**
 * Provider of a cluster that outlives its stack; undefined where `down` deletes the cluster, or
 * nothing was created in it yet.
 */
export function survivingProvider(deployment: Deployment): StateResource | undefined {
  return deployment.resources?.find(({ type, deletedWith }) => type === "pulumi:providers:kubernetes" && !deletedWith);
}

/** Whether a killed run left pending creations in a GitLab that outlives the stack. */
export function hasPendingGitLabResources(deployment: Deployment): boolean {
  const embedded = deployment.resources?.some(({ type }) => type === "timonier:embedded:GitLab") ?? false;
  return !embedded && pendingCreates(deployment).some(({ type }) => type.startsWith("gitlab:"));
}

/**
 * Versions of Pulumi's AWS plugin that created the resources in the state; each is needed to delete
 * its resources.
 *
 * @param otherwise version of a provider without a recorded version
 */
export function awsPlugins(deployment: Deployment, otherwise: string): string[] {
  const providers = (deployment.resources ?? []).filter(({ type }) => type === "pulumi:providers:aws");
  return [...new Set(providers.map(({ inputs }) => String(inputs?.version ?? otherwise)))];
}

/** Resources that Pulumi does not delete. */
export function protectedResources(deployment: Deployment): StateResource[] {
  return (deployment.resources ?? []).filter(({ protect }) => protect === true);
}

/**
 * The state without protection, with projects and groups that are deleted permanently: the state
 * after an update with `protect: false`, without the cluster that an update needs.
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
 * The state without pending operations.
 *
 * @param found ids of resources that pending creations had made, by URN. They are added to the end
 *   of the list, because everything that they depend on has to be before them
 */
export function withoutPending<D extends Deployment>(deployment: D, found: ReadonlyMap<string, string>): D {
  const adopted = pendingCreates(deployment).flatMap((resource) => {
    const id = found.get(resource.urn);
    return id === undefined ? [] : [{ ...resource, id, outputs: resource.inputs ?? {} }];
  });
  const { pending_operations: _, ...rest } = deployment;
  return { ...rest, resources: [...(deployment.resources ?? []), ...adopted] } as unknown as D;
}
