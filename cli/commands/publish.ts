import { fileAt } from "@timonier/kit/gitlab-file";
import { UserError } from "@timonier/kit/user-error";
import { publish as publishTree } from "@timonier/manifests/publish";
import type { Trees } from "@timonier/manifests/tree";
import { type Environment, type SettingsFiles, settingsFor } from "../../apps/environments.js";
import { applicationFolders } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { unfollowedImages } from "../../infra/delivery/unfollowed-images.js";
import { checkBeforePublish } from "../chart/check-before-publish.js";
import { exitCodes } from "../exit-codes.js";
import { type Destination, destinationOf, knownRepositories } from "../merge-request/destination.js";
import { findProvenance } from "../merge-request/found-provenance.js";
import { filesOfBranch, hasOtherImages, keepImages } from "../merge-request/kept-images.js";
import { resultLine } from "../merge-request/publish-result.js";
import { publisher } from "../merge-request/publisher.js";
import { recordedTree } from "../merge-request/recorded-tree.js";
import { synthesisFor } from "../merge-request/synthesis.js";
import { projectOf } from "../stack/stack-gitlab.js";
import { progress } from "../terminal.js";

/** Options of {@link publish}. */
export interface PublishOptions {
  readonly stack: readonly string[];
  /** Skip stacks of later environments. @default false: they are an error */
  readonly skipLater?: boolean;
}

/** `timonier publish`: one merge request for each repository whose manifests differ from those of apps/. */
export async function publish({ stack: names, skipLater = false }: PublishOptions): Promise<number> {
  const files = await readSettingsFiles();
  for (const line of await checkBeforePublish()) console.log(`chart ${line}`);
  for (const name of names) {
    const destination = await destinationOf(name);
    const later = skipLater && settingsFor(files, destination.environment).environment;
    if (later && later.previous !== undefined)
      console.log(`stack ${name}: skipped, environment ${later.name} gets its changes from ${later.previous}`);
    else await publishStack(destination, files);
  }
  return exitCodes.done;
}

async function publishStack(destination: Destination, files: SettingsFiles): Promise<void> {
  const { stack, cluster } = destination;
  const first = synthesisFor(destination, files);
  const { input, environment } = first;
  if (environment?.previous !== undefined) throw promotedOnly(environment, environment.previous);
  const repositories = knownRepositories(destination);
  const inGit = filesOfBranch(
    await publisher(stack, repositories, "application"),
    projectOf(repositories, repositories.applicationRepository),
    { branch: input.application.branch, folders: applicationFolders(environment) },
  );
  const synthesis = await keepImages(first, inGit);
  const { trees } = synthesis;
  const warning = unfollowedImages(input, trees);
  if (warning) progress(warning);
  const targets = [
    // Clusters share this repository, so each has its own branch, which the others do not overwrite.
    { repository: "setup", address: repositories.setupRepository, branch: `timonier/publish-${cluster}`, folders: [] },
    {
      repository: "application",
      address: repositories.applicationRepository,
      branch: environment ? `timonier/publish-${environment.name}` : "timonier/publish",
      folders: applicationFolders(environment),
    },
  ] as const;
  for (const { repository, address, branch, folders } of targets) {
    const project = projectOf(repositories, address);
    const client = await publisher(stack, repositories, repository);
    const provenance = async (base: Trees[typeof repository]) => {
      const all = await findProvenance(synthesis, { ...trees, [repository]: base });
      return all.filter((one) => one.repository === repository);
    };
    const target = input.application.branch;
    const read = (path: string) => fileAt(client, project, path, target);
    const tree = repository === "setup" ? trees.setup : await recordedTree(synthesis, files, read);
    const published = await publishTree(client, { project, tree, folders, target, branch, provenance });
    console.log(resultLine(project, published));
  }
  // A merge of image automation in the meantime would leave an older tag in the proposal.
  if (await hasOtherImages(synthesis, inGit)) await publishStack(destination, files);
}

function promotedOnly({ name }: Environment, previous: string): UserError {
  return new UserError(
    `environment ${name} gets its changes from ${previous}`,
    "publish",
    `publish to the first environment, then: npx timonier promote --to ${name}`,
    { code: "TIM-811" },
  );
}
