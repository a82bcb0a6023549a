/**
 * Paths and names of namespaces and projects.
 *
 * @see https://docs.gitlab.com/user/reserved_names/
 */

const words = (text: string) => new Set(text.split(" "));
const reservedProjects = words(
  "- badges blame blob builds commits create create_dir edit files find_file new preview raw refs tree update wikis",
);
const reservedNamespaces = words(
  "- .well-known admin api assets dashboard explore groups health_check help import jwt login oauth profile projects public search snippets uploads user users v2",
);

/** Errors of a path, in GitLab's words; empty for a valid path. */
export function pathErrors(path: string, kind: "project" | "namespace"): string[] {
  const errors: string[] = [];
  if (!/^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*$/.test(path) || /[.-]$|\.git$|\.atom$/.test(path) || path.length > 255) {
    errors.push(
      "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'",
    );
  }
  const reserved = kind === "project" ? reservedProjects : reservedNamespaces;
  if (reserved.has(path.toLowerCase())) errors.push(`${path} is a reserved name`);
  return errors;
}

/** Errors of a name that people read. */
export function nameErrors(name: string): string[] {
  if (name === "") return ["can't be blank"];
  if (name.length > 255) return ["is too long (maximum is 255 characters)"];
  return /^[\p{L}\p{N}\p{Extended_Pictographic}_](?:[\p{L}\p{N}\p{M}\p{Extended_Pictographic}_. ()+-]|\u{200d})*$/u.test(
    name,
  )
    ? []
    : [
        "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'.",
      ];
}

/** The path that GitLab makes of a name when none is given. */
export function slug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\x20-\x7e]/g, "")
    .replace(/[^a-zA-Z0-9_.-]+/g, "-")
    .replace(/^-+|[-.]+$/g, "")
    .toLowerCase();
}

/** Whether an id in an address is a number rather than a path. */
export function isNumericId(id: string): boolean {
  return /^\d+$/.test(id);
}

/**
 * Whether a name is valid for a branch or tag, by Git's rules and GitLab's own. `HEAD` is the
 * default branch everywhere, so no branch may take that name.
 *
 * @see https://git-scm.com/docs/git-check-ref-format and lib/gitlab/git_ref_validator.rb of GitLab
 */
export function isRefName(name: string): boolean {
  if (name === "" || name === "@" || name === "HEAD" || /^(-|refs\/)/.test(name)) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Git refuses control characters in names.
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^\//.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

/**
 * Why a new branch or tag cannot have this name, in GitLab's words; undefined when it can. Names
 * that read as the hash of a commit are refused: what they mean would depend on who asks.
 *
 * @see lib/gitlab/checks/branch_check.rb and tag_check.rb of GitLab
 */
export function refNameError(kind: "branch" | "tag", name: string): string | undefined {
  if (!isRefName(name)) {
    return kind === "branch"
      ? "You cannot create a branch with an invalid name."
      : "You cannot create a tag with a prohibited pattern.";
  }
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})([/-]|$)/i.test(name)) return undefined;
  return `You cannot create a ${kind} with a SHA-1 or SHA-256 ${kind} name.`;
}

/** Whether a branch fits a protected branch's name, in which `*` stands for anything. */
export function matchesWildcard(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** Whether a path is valid for a file of a repository: relative, inside of it, and not in Git's folder. */
export function isFilePath(path: string): boolean {
  if (path === "" || path.startsWith("/") || path.endsWith("/") || path.includes("\0")) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..") && !namesGitFolder(path);
}

/**
 * Whether a part of a path is Git's own folder, or what Windows or macOS take for it: `git~1`,
 * `.git.`, `.g\u200cit`. A clone there would write into its own configuration.
 *
 * @see is_hfs_dotgit in utf8.c and is_ntfs_dotgit in path.c of Git
 */
function namesGitFolder(path: string): boolean {
  // Characters that HFS+ leaves out when it compares names.
  const visible = path.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "");
  return visible.split(/[/\\]/).some((part) => /^(\.git|git~1)[ .]*(:.*)?$/i.test(part));
}
