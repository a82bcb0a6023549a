import { git } from "@timonier/kit/git";

/** The change of one file. */
export interface FileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly status: "added" | "deleted" | "renamed" | "modified";
  /** From the first `@@` on; empty for binary files and pure renames. */
  readonly patch: string;
}

/** The empty tree, which a first commit is compared with. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Differences between two commits, with renames found as GitLab finds them. */
export async function diff(repository: string, from: string, to: string): Promise<FileDiff[]> {
  const common = ["diff-tree", "-r", "-M", "--no-ext-diff", "--no-color", from, to];
  const [raw, patches] = await Promise.all([
    git(repository, ["-c", "core.quotePath=false", ...common, "-z", "--raw"]),
    git(repository, [...common, "-p", "--full-index"]),
  ]);
  const texts = splitPatches(patches);
  return parseRaw(raw).map((entry) => {
    const patch = texts.shift() ?? "";
    return { ...entry, patch: changesType(entry.oldMode, entry.newMode) ? patch + (texts.shift() ?? "") : patch };
  });
}

/** Git writes a file that becomes a link as a deletion and an addition. */
function changesType(oldMode: string, newMode: string): boolean {
  return !oldMode.startsWith("000") && !newMode.startsWith("000") && oldMode.slice(0, 3) !== newMode.slice(0, 3);
}

/** Reads `diff-tree -z --raw`. @see https://git-scm.com/docs/git-diff-tree#_raw_output_format */
export function parseRaw(raw: string): Omit<FileDiff, "patch">[] {
  const fields = raw.split("\0");
  const found: Omit<FileDiff, "patch">[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [oldMode = "", newMode = "", , , status = ""] = (fields[at] ?? "").replace(/^:/, "").split(" ");
    const oldPath = fields[at + 1] ?? "";
    const moved = /^[RC]/.test(status);
    const newPath = moved ? (fields[at + 2] ?? "") : oldPath;
    at += moved ? 3 : 2;
    const word = moved ? "renamed" : status === "A" ? "added" : status === "D" ? "deleted" : "modified";
    found.push({ oldPath, newPath, oldMode, newMode, status: word });
  }
  return found;
}

/** Cuts a patch into its files' parts, each from its first hunk on. */
export function splitPatches(text: string): string[] {
  return text
    .split(/^diff --git .*\n/m)
    .slice(1)
    .map((part) => {
      const hunk = /^@@ /m.exec(part);
      return hunk ? part.slice(hunk.index) : "";
    });
}
