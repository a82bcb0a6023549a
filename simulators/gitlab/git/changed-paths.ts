import { git } from "@timonier/kit/git";

/** What one commit did to which files. */
export interface ChangedPaths {
  readonly added: string[];
  readonly modified: string[];
  readonly removed: string[];
}

/**
 * Changed paths of commits by their hashes, in one process; merges change none, and a move is a
 * removal and an addition.
 */
export async function changedPaths(repository: string, ids: readonly string[]): Promise<Map<string, ChangedPaths>> {
  const found = new Map(ids.map((id): [string, ChangedPaths] => [id, { added: [], modified: [], removed: [] }]));
  if (ids.length === 0) return found;
  const args = ["diff-tree", "--stdin", "-r", "--root", "--no-renames", "--name-status", "-z"];
  const fields = (await git(repository, args, { input: `${ids.join("\n")}\n` })).split("\0");
  let current: ChangedPaths | undefined;
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? "";
    // With -z a commit's hash stands alone, and each file is two fields.
    const commit = /^[0-9a-f]{40}\n?$/.test(field) ? found.get(field.trim()) : undefined;
    if (commit) current = commit;
    else if (/^[A-Z]$/.test(field)) listOf(current, field)?.push(fields[++at] ?? "");
  }
  return found;
}

function listOf(paths: ChangedPaths | undefined, status: string): string[] | undefined {
  if (status === "A") return paths?.added;
  return status === "D" ? paths?.removed : paths?.modified;
}
