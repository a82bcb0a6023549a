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

/** Faults of a path, in GitLab's words; none if it is good. */
export function pathFaults(path: string, kind: "project" | "namespace"): string[] {
  const faults: string[] = [];
  if (!/^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*$/.test(path) || /[.-]$|\.git$|\.atom$/.test(path) || path.length > 255) {
    faults.push(
      "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'",
    );
  }
  const reserved = kind === "project" ? reservedProjects : reservedNamespaces;
  if (reserved.has(path.toLowerCase())) faults.push(`${path} is a reserved name`);
  return faults;
}

/** Faults of a name that people read. */
export function nameFaults(name: string): string[] {
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

/** Whether a name is good for a branch or tag. @see https://git-scm.com/docs/git-check-ref-format */
export function isRefName(name: string): boolean {
  if (name === "" || name === "@" || name.startsWith("-") || name.startsWith("refs/")) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Git refuses control characters in names.
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^\//.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

/** Whether a branch fits a protected branch's name, in which `*` stands for anything. */
export function matchesWildcard(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** Whether a path is good for a file of a repository: relative, inside, nothing of Git's own. */
export function isFilePath(path: string): boolean {
  if (path === "" || path.startsWith("/") || path.endsWith("/") || path.includes("\0")) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
}
