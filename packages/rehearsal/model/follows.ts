import { at, type KubeObject, textAt } from "./kube-objects.js";

/** A ref that sources of a tree follow. @see https://fluxcd.io/flux/components/source/gitrepositories/#reference */
export interface Followed {
  /** Unique key: `refs/heads/main`, `semver >=1.0.0`, `commit 4b825dc`. */
  readonly key: string;
  readonly kind: "branch" | "tag" | "ref" | "range" | "commit";
  /** Branch, tag, full name of the ref, version range or commit. */
  readonly value: string;
  /** For a commit: the branch that is fetched to find it. */
  readonly branch?: string;
}

/** A ref with the sources that follow it. */
export interface Following extends Followed {
  /** `NAMESPACE/NAME` of the sources. */
  readonly sources: readonly string[];
  /** Whether the user named one of these sources for the clone, independent of its ref. */
  readonly isNamed: boolean;
  /** Whether the source of the cluster's root follows it. */
  readonly isRoot: boolean;
}

/** The ref that a GitRepository follows. Commit, name, version range, tag and branch take precedence in this order. */
export function followedBy(source: KubeObject): Followed {
  const ref = at(source, "spec", "ref");
  const of = (field: string) => textAt(ref, field) || undefined;
  const [commit, name, range, tag, branch] = [of("commit"), of("name"), of("semver"), of("tag"), of("branch")];
  if (commit) return { key: `commit ${commit}`, kind: "commit", value: commit, ...(branch && { branch }) };
  if (name) return refNamed(name);
  if (range) return { key: `semver ${range}`, kind: "range", value: range };
  if (tag) return refNamed(`refs/tags/${tag}`);
  return refNamed(`refs/heads/${branch ?? "master"}`);
}

function refNamed(name: string): Followed {
  const [, type, value = name] = /^refs\/(heads|tags)\/(.+)$/s.exec(name) ?? [];
  return { key: name, kind: type === "heads" ? "branch" : type === "tags" ? "tag" : "ref", value };
}

/** A branch. */
export function branchNamed(branch: string): Followed {
  return refNamed(`refs/heads/${branch}`);
}

/** Collects the refs that sources follow, each once. */
export function followings(
  sources: readonly KubeObject[],
  named: ReadonlySet<string>,
  root: string | undefined,
): Following[] {
  const found = new Map<string, Following>();
  for (const source of sources) {
    const followed = followedBy(source);
    const id = idOf(source);
    const before = found.get(followed.key);
    found.set(followed.key, {
      ...followed,
      sources: [...new Set([...(before?.sources ?? []), id])],
      isNamed: (before?.isNamed ?? false) || named.has(id),
      isRoot: (before?.isRoot ?? false) || id === root,
    });
  }
  return [...found.values()];
}

/** `NAMESPACE/NAME` */
export function idOf({ metadata: { namespace, name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/**
 * Keys of the refs that a merge moves: the target branch. If no source follows it, the merge moves
 * the branch of the root, or else all followed branches. Refs of sources that the user named always
 * move.
 *
 * @param target target branch; undefined for a tree that does not change
 */
export function moving(all: readonly Following[], target: string | undefined): Set<string> {
  const named = all.filter(({ isNamed }) => isNamed);
  const branches = all.filter(({ kind }) => kind === "branch");
  const candidates = [
    target === undefined ? [] : all.filter(({ key }) => key === branchNamed(target).key),
    all.filter(({ isRoot }) => isRoot),
    named,
    branches,
  ];
  const chosen = candidates.find((some) => some.length > 0) ?? [];
  return new Set([...chosen, ...named].map(({ key }) => key));
}

/** A version in a range: its lower bound. */
export function versionIn(range: string): string {
  const [, major = "0", minor = "0", patch = "0"] = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(range) ?? [];
  const exclusive = /^\s*>(?!=)/.test(range);
  return `${major}.${minor}.${exclusive ? Number(patch) + 1 : patch}`;
}

/** Whether Git accepts a text as the name of a ref. @see https://git-scm.com/docs/git-check-ref-format */
export function isRefName(name: string): boolean {
  return (
    name.startsWith("refs/") &&
    name.length < 1_000 &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Git rejects these
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\.$/.test(name) &&
    name.split("/").length > 2 &&
    name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"))
  );
}

/** Refs that can exist in one repository: with `a` there is no `a/b`. The first one takes precedence. */
export function compatible(refs: ReadonlyMap<string, string>): Map<string, string> {
  const kept = new Map<string, string>();
  const folders = new Set<string>();
  for (const [name, commit] of refs) {
    const above = name.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    if (!isRefName(name) || folders.has(name) || above.slice(0, -1).some((folder) => kept.has(folder))) continue;
    kept.set(name, commit);
    for (const folder of above.slice(0, -1)) folders.add(folder);
  }
  return kept;
}

/** Why a source cannot be served, and how to fix that. */
export function notInClone({ kind, value }: Followed): string {
  const [what, command] = {
    branch: [`branch ${value}`, `git fetch origin "+refs/heads/${value}:refs/remotes/origin/${value}"`],
    tag: [`tag ${value}`, `git fetch origin tag ${value}`],
    ref: [`ref ${value}`, `git fetch origin "+${value}:${value}"`],
    range: [`tag that the range ${value} allows`, "git fetch --tags"],
    commit: [`commit ${value}`, `git fetch origin ${value}`],
  }[kind] as [string, string];
  return `the clone lacks the ${what} that it follows: fetch it with \`${command}\``;
}
