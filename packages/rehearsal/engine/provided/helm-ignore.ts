import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";

/** Files of a chart's folder that `helm package` takes, relative to it. @see https://helm.sh/docs/chart_template_guide/helm_ignore_file/ */
export function chartFiles(folder: string): string[] {
  const file = join(folder, ".helmignore");
  const ignored = existsSync(file) ? ignoring(readFileSync(file, "utf8")) : () => false;
  // Helm's own rule: templates that begin with a dot are none.
  return filesBelow(folder, (path, isFolder) => ignored(path, isFolder) || /^templates\/\.[^/]/.test(path));
}

/** Files below a folder, without Git's own. */
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

/** Whether the rules of a .helmignore file leave a path out. */
export function ignoring(rules: string): (path: string, isFolder: boolean) => boolean {
  const patterns = rules
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return (path, isFolder) =>
    patterns.some((line) => {
      const negated = line.startsWith("!");
      const rule = negated ? line.slice(1) : line;
      // Helm leaves out all that a negated rule does not match.
      if (rule.endsWith("/") && !isFolder) return negated;
      const pattern = rule.replace(/\/$/, "");
      // Without a slash it is about the name alone.
      const subject = pattern.includes("/") ? path : (path.split("/").at(-1) ?? path);
      return matchesGlob(subject, pattern.replace(/^\//, "")) !== negated;
    });
}
