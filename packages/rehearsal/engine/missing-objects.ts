import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { ExecaError, execa } from "execa";
import { type Clone, gitIn } from "./git-clone.js";

/** How long one fetch may take. Milliseconds. */
const PATIENCE = 180_000;

/** Most consecutive fetches: a clone without trees lists its files only after the trees were fetched. */
const ROUNDS = 8;

/**
 * Fetches the objects of commits that a clone lacks: a partial clone (`--filter=blob:none`) has
 * only the files that were checked out. Git does the same for its own commands. Without this,
 * missing files would look deleted.
 *
 * @throws UserError when objects stay missing
 */
export async function fetchMissing(clone: Clone, commits: readonly string[]): Promise<void> {
  const remote = await promisorOf(clone);
  if (remote === undefined && alternatesOf(clone.objects).length === 0) return;
  let missing = await missingOf(clone, commits);
  for (let round = 0; missing.length > 0 && round < ROUNDS; round++) {
    await fetchObjects(clone, remote ?? "origin", missing);
    const still = await missingOf(clone, commits);
    if (still.length === missing.length && still.every((id, index) => id === missing[index])) break;
    missing = still;
  }
  if (missing.length > 0) throw incomplete(clone, `${missing.length} objects, ${missing[0]} for one, are missing`);
}

/** The remote from which the clone fetches missing objects. */
async function promisorOf({ gitDir }: Clone): Promise<string | undefined> {
  try {
    const found = (await gitIn(gitDir, ["config", "--get-regexp", String.raw`^remote\..*\.promisor$`])).toString();
    return /^remote\.(.+)\.promisor true$/m.exec(found)?.[1];
  } catch {
    return undefined;
  }
}

async function missingOf(clone: Clone, commits: readonly string[]): Promise<string[]> {
  const args = ["rev-list", "--objects", "--missing=print", "--no-object-names", "--no-walk"];
  try {
    const listed = (await gitIn(clone.gitDir, [...args, "--stdin"], `${commits.join("\n")}\n`)).toString();
    return listed.split("\n").flatMap((line) => (line.startsWith("?") ? [line.slice(1)] : []));
  } catch (cause) {
    throw incomplete(clone, lastLine(cause), cause);
  }
}

/** Uses the user's own Git settings and credentials. */
async function fetchObjects(clone: Clone, remote: string, ids: readonly string[]): Promise<void> {
  const settings = ["-c", "safe.directory=*", "-c", "fetch.negotiationAlgorithm=noop"];
  const only = ["--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin"];
  try {
    await execa("git", ["-C", clone.gitDir, ...settings, "fetch", remote, ...only], {
      env: { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" },
      input: `${ids.join("\n")}\n`,
      timeout: PATIENCE,
      stdout: "ignore",
    });
  } catch (cause) {
    throw incomplete(clone, lastLine(cause), cause);
  }
}

function lastLine(cause: unknown): string {
  if (!(cause instanceof ExecaError)) return String(cause);
  if (cause.timedOut) return `the fetch took more than ${PATIENCE / 1000} s`;
  return String(cause.stderr).trim().split("\n").at(-1) ?? "";
}

function incomplete({ top }: Clone, reason: string, cause?: unknown): UserError {
  return new UserError(
    `files of the compared commits are not in the clone and cannot be fetched: ${reason}`,
    top,
    "complete the clone: `git fetch --refetch --no-filter` where its remote can be reached, or clone without --filter",
    { code: "TIM-609", cause },
  );
}

/** Object folders from which an object folder borrows, directly or through others. */
export function alternatesOf(objects: string, seen = new Set<string>()): string[] {
  const file = join(objects, "info", "alternates");
  if (!existsSync(file)) return [];
  const named = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return named.flatMap((line) => {
    const folder = resolve(objects, unquoted(line));
    if (seen.has(folder)) return [];
    seen.add(folder);
    return [folder, ...alternatesOf(folder, seen)];
  });
}

/** Git writes a path with special characters as a C string. */
function unquoted(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    return JSON.parse(line) as string;
  } catch {
    return line;
  }
}

/** File that lists where a shallow clone's history ends. A worktree shares the one of its repository. */
export function shallowFileOf({ objects }: Clone): string {
  return join(dirname(objects), "shallow");
}
