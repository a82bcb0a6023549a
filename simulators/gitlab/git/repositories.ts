import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "@timonier/kit/git";

/**
 * The hook of every repository. The server decides before Git runs it, and passes the decision in
 * the environment: a refusal, or the refs that may only move forward, which the hook checks,
 * because that needs the pushed objects. Without a decision nothing is accepted.
 */
const preReceive = `#!/bin/sh
if [ -n "$TIMONIER_REFUSAL" ]; then
  echo "GitLab: $TIMONIER_REFUSAL" >&2
  exit 1
fi
if [ "$TIMONIER_PUSH" != decided ]; then
  echo "GitLab: You are not allowed to push code to this project." >&2
  exit 1
fi
while read -r before after ref; do
  case "$before$after" in *0000000000000000000000000000000000000000*) continue ;; esac
  printf '%s\\n' "$TIMONIER_FORWARD_ONLY" | grep -qxF -e "$ref" || continue
  git merge-base --is-ancestor "$before" "$after" && continue
  echo "GitLab: You are not allowed to force push code to a protected branch on this project." >&2
  exit 1
done
exit 0
`;

/** Configuration of every repository, beside what \`git init\` writes. */
const configuration = `[http]
	receivepack = true
	getanyfile = false
[receive]
	autogc = false
	fsckObjects = true
	denyDeleteCurrent = ignore
	denyCurrentBranch = ignore
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[transfer]
	hideRefs = refs/timonier
[gc]
	auto = 0
[core]
	logAllRefUpdates = false
`;

/** Creates an empty bare repository under a temporary name and renames it, so that no incomplete one is found. */
export async function createRepository(folder: string, name: string, branch: string): Promise<void> {
  const draft = join(folder, `.new-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await git(draft, ["init", "--quiet", "--bare", "--template=", `--initial-branch=${branch}`, draft]);
  await mkdir(join(draft, "hooks"), { recursive: true });
  await mkdir(join(draft, "info"), { recursive: true });
  await writeFile(
    join(draft, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n${configuration}`,
  );
  await installHook(draft);
  await rename(draft, join(folder, name));
}

async function installHook(repository: string): Promise<void> {
  const hook = join(repository, "hooks", "pre-receive");
  await writeFile(hook, preReceive);
  await chmod(hook, 0o755);
}

/** The repositories of a folder, and the drafts of interrupted creations. */
export async function listRepositories(
  folder: string,
): Promise<{ readonly whole: string[]; readonly drafts: string[] }> {
  const names = await readdir(folder).catch(() => []);
  return {
    whole: names.filter((name) => name.endsWith(".git") && !name.startsWith(".")),
    drafts: names.filter((name) => name.startsWith(".new-")),
  };
}

/** Removes a repository for good. */
export async function removeRepository(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
}

/** Makes HEAD name a branch. */
export async function setHead(repository: string, branch: string): Promise<void> {
  await git(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
}

/** Whether a repository holds any branch or tag; read from Git's own files, without a process. */
export async function hasRefs(repository: string): Promise<boolean> {
  for (const kind of ["heads", "tags"]) if (await holdsFile(join(repository, "refs", kind))) return true;
  const packed = await readFile(join(repository, "packed-refs"), "utf8").catch(() => "");
  return /^[0-9a-f]{40} refs\/(heads|tags)\//m.test(packed);
}

async function holdsFile(folder: string): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const found = entry.isDirectory() ? await holdsFile(join(folder, entry.name)) : !entry.name.endsWith(".lock");
    if (found) return true;
  }
  return false;
}

/**
 * Repairs a repository after an unclean end: removes stale locks, installs the current hook, and
 * removes refs that only an interrupted commit used.
 */
export async function repairRepository(repository: string): Promise<void> {
  await installHook(repository);
  for (const name of ["HEAD.lock", "packed-refs.lock", "config.lock"])
    await rm(join(repository, name), { force: true });
  await removeLocks(join(repository, "refs"));
  const { stdout } = await tryGit(repository, ["for-each-ref", "--format=delete %(refname)", "refs/timonier"]);
  if (stdout.length > 0) await git(repository, ["update-ref", "--stdin"], { input: stdout });
}

async function removeLocks(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeLocks(path);
    else if (entry.name.endsWith(".lock")) await rm(path, { force: true });
  }
}
