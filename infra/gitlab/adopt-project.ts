import * as pulumi from "@pulumi/pulumi";
import { AdoptedProject } from "../resources/adopted-project/resource.js";
import type { GitLabInstance } from "./gitlab-instance.js";
import { type Adoption, adoptionOf } from "./repository/adoption.js";

/**
 * How the stack holds the project at a repository's path. In a GitLab that it does not own, the
 * path is prepared first.
 *
 * @param name of the repository's resource
 * @param path last part of the repository's path
 * @param protect whether to refuse the deletion of a project that this stack created
 */
export async function adoptProject(
  name: string,
  path: string,
  protect: boolean,
  instance: GitLabInstance,
): Promise<Adoption> {
  if (instance.owned) return adoptionOf(undefined, { protect, isRecorded: true });
  const there = instance.existing.get(path);
  const start = new Date().toISOString();
  const record = new AdoptedProject(`${name}-adoption`, {
    url: instance.url,
    token: instance.token,
    ...(instance.caFile && { caFile: instance.caFile }),
    path: `${instance.namespace.path}/${path}`,
    ...(there?.scheduled && { scheduled: { id: there.id, ...there.scheduled } }),
    ...(there?.owner === "this" && !there.scheduled && { own: there.id }),
  });
  // Awaited because Pulumi has no options whose values are outputs. The engine knows it in a
  // preview too, unless an input of the record is unknown.
  const recordedAt = await knownValue(record.recordedAt);
  const isRecorded = recordedAt !== undefined && recordedAt < start;
  // A preview restores nothing, and a project that is scheduled for deletion cannot be imported.
  const isRestoredLater = pulumi.runtime.isDryRun() && there?.scheduled?.action === "restore";
  if (isRestoredLater) {
    await pulumi.log.info(`${there.scheduled.path} is scheduled for deletion: \`up\` restores it, and imports it then`);
  }
  const { project, ...adoption } = adoptionOf(isRestoredLater ? undefined : there, { protect, isRecorded });
  return { ...adoption, project: { ...project, dependsOn: record } };
}

/** What every output has, beyond the types that Pulumi's SDK publishes. */
interface Awaitable<T> {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

/**
 * Value of an output; undefined where a preview does not know it. `apply` would never call back
 * then, and the program would wait for ever.
 */
async function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const { isKnown, promise } = output as unknown as Awaitable<T>;
  return (await isKnown) ? await promise() : undefined;
}
