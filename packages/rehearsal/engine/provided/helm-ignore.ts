import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";

/**
 * Files of a chart's folder that `helm package` includes, relative to it.
 *
 * @see https://helm.sh/docs/chart_template_guide/helm_ignore_file/
 */
export function chartFiles(folder: string): string[] {
  const file = join(folder, ".helmignore");
  const ignored = existsSync(file) ? ignoring(readFileSync(file, "utf8")) : () => false;
  // Helm always ignores templates whose name begins with a dot.
  return filesBelow(folder, (path, isFolder) => ignored(path, isFolder) || /^templates\/\.[^/]/.test(path));
}

/** Files below a folder, without .git. */
export function filesBelow(
  folder: string,
  leaveOut: (path: string, isFolder: boolean) => boolean = () => false,
): string[] {
  const below = (prefix: string): string[] =>
    readdirSync(join(folder, prefix)).flatMap((name) => {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      const stat = statSync(join(folder, path), { throwIfNoEntry: false });
      if (!stat || name === ".git" || leaveOut(path, stat.isDirectory())) return [];
      return stat.isDirectory() ? below(path) : stat.isFile() ? [path] : [];
    });
  return below("");
}

/** Whether the rules of a .helmignore file exclude a path. */
export function ignoring(rules: string): (path: string, isFolder: boolean) => boolean {
  const patterns = rules
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return (path, isFolder) =>
    patterns.some((line) => {
      const negated = line.startsWith("!");
      const rule = negated ? line.slice(1) : line;
      // Helm excludes every path that a negated rule does not match.
      if (rule.endsWith("/") && !isFolder) return negated;
      const pattern = rule.replace(/\/$/, "");
      // A rule without a slash applies to the name only.
      const subject = pattern.includes("/") ? path : (path.split("/").at(-1) ?? path);
      return matchesGlob(subject, pattern.replace(/^\//, "")) !== negated;
    });
}
