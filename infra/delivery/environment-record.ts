import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { checkout } from "@timonier/kit/state-folder";
import { type ProgramCommit, programCommit } from "@timonier/manifests/program-commit";
import {
  type ApplicationRecord,
  type ProgramRecord,
  programRecordName,
  renderProgramRecord,
} from "@timonier/manifests/program-record";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { applications } from "../../apps/applications.js";
import { type Environment, parseEnvironments, type SettingsFiles, settingsFor } from "../../apps/environments.js";
import { appsInput, clusterFolder, environmentFolder, folderOf } from "../../apps/main.js";
import { synthesize } from "./synthesize.js";

/** Path of the record of an environment in the application repository. */
export function recordPath(environment: string): string {
  return `${environmentFolder(environment)}/${programRecordName}`;
}

/** A tree of the application repository with the record of its environment. */
export function withRecord(tree: Tree, environment: string, record: ProgramRecord): Tree {
  return new Map([...tree, [recordPath(environment), renderProgramRecord(record)]]);
}

/**
 * What this checkout records for an environment: for each application the commit, and a digest of
 * what it synthesizes for the application in all environments. So a commit that only changes
 * production is noticed in staging, from which production is promoted.
 */
export async function environmentRecord(files: SettingsFiles, environment: Environment): Promise<ProgramRecord> {
  return recordOf(files, environment, await programCommit(checkout));
}

/** The same with a known commit. @param program undefined where the program is in no Git repository */
export function recordOf(
  files: SettingsFiles,
  { exclude }: Pick<Environment, "exclude">,
  program: ProgramCommit | undefined,
): ProgramRecord {
  const everywhere = parseEnvironments(files.environments).map((one) => {
    const { application, setup } = synthesizedFor(files, one);
    return { one, setup, own: byFolder(application, new Set(applications.map((each) => folderOf(each, one)))) };
  });
  const entries = applications
    .filter(({ name }) => !exclude.includes(name))
    .map((application): [string, ApplicationRecord] => {
      const { name, folder, kustomization } = application;
      const hash = createHash("sha256");
      for (const { one, setup, own } of everywhere) {
        const path = `${clusterFolder(anyCluster)}/${kustomization}.yaml`;
        hash.update(JSON.stringify([one.name, own.get(folderOf(application, one)) ?? [], setup.get(path) ?? ""]));
      }
      const commit = program && { program: program.sha, ...(program.uncommitted && { uncommitted: true as const }) };
      return [name, { ...commit, synthesis: hash.digest("hex"), folder, kustomization }];
    });
  return new Map(entries);
}

/** Files of a tree by the folder that they are in, or below. */
function byFolder(tree: Tree, folders: ReadonlySet<string>): ReadonlyMap<string, ReadonlyArray<[string, string]>> {
  const found = new Map<string, Array<[string, string]>>();
  for (const file of tree) {
    for (let folder = dirname(file[0]); folder !== "."; folder = dirname(folder)) {
      if (!folders.has(folder)) continue;
      const files = found.get(folder) ?? [];
      files.push(file);
      found.set(folder, files);
    }
  }
  return found;
}

const anyCluster = "cluster";

/** What an environment gets, in a cluster and from a repository that stand for all of them. */
function synthesizedFor(files: SettingsFiles, { name }: Environment): Trees {
  const { settings, environment } = settingsFor(files, name);
  const applicationUrl = "https://gitlab.example.org/team/application.git";
  return synthesize(appsInput({ cluster: anyCluster, branch: "main", applicationUrl, environment }, settings));
}
