import { UserError } from "@timonier/kit/user-error";
import { type ApplicationRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import type { Tree } from "@timonier/manifests/tree";
import { environmentFolder } from "../../apps/main.js";
import { recordPath } from "../../infra/delivery/environment-record.js";
import { fileAtCommit, filesAtCommit, git } from "./clone-files.js";

/** An application in an environment as it was at a commit of the application repository. */
export interface EarlierVersion {
  readonly revision: string;
  readonly record: ApplicationRecord;
  /** Its files, by path from the top of the repository. */
  readonly files: Tree;
}

/** Which application, and in which clone. */
export interface EarlierOptions {
  readonly clone: string;
  readonly environment: string;
  readonly application: string;
}

/**
 * The version of an application at a commit, or the last one that differs from the present one.
 *
 * @param asked a commit of the application repository @default the last version that differs
 * @throws UserError when there is no such version
 */
export async function earlierVersion(options: EarlierOptions, asked: string | undefined): Promise<EarlierVersion> {
  if (asked !== undefined) {
    const found = await versionAt(options, await resolved(options, asked));
    if (found) return found;
    throw noVersion(options, `${options.application} was not in ${options.environment} at revision ${asked}`);
  }
  const present = await versionAt(options, "HEAD");
  for (const revision of await changesOf(options)) {
    const version = await versionAt(options, revision);
    if (version && !(present && sameFiles(version.files, present.files))) return version;
  }
  throw noVersion(options, `${options.application} has no earlier version in ${options.environment}`);
}

async function versionAt(options: EarlierOptions, commit: string): Promise<EarlierVersion | undefined> {
  const { clone, environment, application } = options;
  const path = recordPath(environment);
  const record = parseProgramRecord(await fileAtCommit(clone, commit, path), `${path} at ${commit}`).get(application);
  if (!record) return undefined;
  const folder = `${environmentFolder(environment)}/${record.folder}`;
  const [files, charts] = await Promise.all([
    filesAtCommit(clone, commit, folder),
    filesAtCommit(clone, commit, `${environmentFolder(environment)}/charts/${application}`),
  ]);
  return { revision: commit, record, files: new Map([...files, ...charts]) };
}

/** Commits of the branch itself at which the environment changed, the newest first. */
async function changesOf({ clone, environment }: EarlierOptions): Promise<string[]> {
  const { stdout } = await git(clone, ["log", "--first-parent", "--format=%H", "--", environmentFolder(environment)]);
  return stdout.split("\n").filter((line) => line !== "");
}

async function resolved({ clone, application }: EarlierOptions, asked: string): Promise<string> {
  const { exitCode, stdout } = /^[0-9a-f]{4,64}$/i.test(asked)
    ? await git(clone, ["rev-parse", "--verify", "--quiet", `${asked}^{commit}`])
    : { exitCode: 1, stdout: "" };
  if (exitCode === 0) return stdout.trim();
  throw new UserError(
    `${asked} is no commit of the application repository`,
    `--to ${asked}`,
    `use a revision of: npx timonier history ${application}`,
    { code: "TIM-814" },
  );
}

/**
 * The last text of a file of a clone that is gone now.
 *
 * @returns undefined where the file never existed
 */
export async function lastText(clone: string, path: string): Promise<string | undefined> {
  const { stdout } = await git(clone, ["log", "-1", "--format=%H", "--diff-filter=D", "--", path]);
  const deletion = stdout.trim();
  return deletion === "" ? undefined : fileAtCommit(clone, `${deletion}^`, path);
}

function sameFiles(one: Tree, other: Tree): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}

function noVersion({ application }: EarlierOptions, what: string): UserError {
  return new UserError(what, "the application repository", `see what ran: npx timonier history ${application}`, {
    code: "TIM-814",
  });
}
