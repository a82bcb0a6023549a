import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The commit of a checkout. */
export interface ProgramCommit {
  /** Commit. */
  readonly sha: string;
  /** Whether files differ from that commit. */
  readonly uncommitted: boolean;
}

/** Folders and files of a checkout on which the synthesis depends. */
const inputs = ["apps", "constructs", "infra", "packages", "package-lock.json"];

/** The commit of a checkout. @returns undefined where it is in no Git repository, or has no commit */
export async function programCommit(root: string): Promise<ProgramCommit | undefined> {
  try {
    const [sha, changes] = await Promise.all([
      git(root, ["rev-parse", "--verify", "HEAD"]),
      git(root, ["status", "--porcelain", "--untracked-files=normal", "--", ...inputs]),
    ]);
    return { sha: sha.trim(), uncommitted: changes.trim() !== "" };
  } catch {
    return undefined;
  }
}

async function git(cwd: string, args: readonly string[]): Promise<string> {
  // Optional locks would make the command wait for, or disturb, another git.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0" };
  const { stdout } = await promisify(execFile)("git", [...args], { cwd, env, timeout: 30_000, maxBuffer: 16e6 });
  return stdout;
}
