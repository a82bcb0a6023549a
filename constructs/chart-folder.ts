import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { PlainFile } from "@timonier/kit/plain-file";
import { checkout } from "@timonier/kit/state-folder";

/** A chart of this checkout, as it is written to the application repository. */
export interface ChartFolder {
  readonly files: readonly PlainFile[];
  /** Why it cannot be written. */
  readonly errors: readonly string[];
}

/**
 * Reads the files of a chart in a folder. The version in its Chart.yaml gets a digest of all files:
 * Flux upgrades a release when the version changes, and otherwise each commit of the repository
 * would have to do that.
 *
 * @param path folder in the checkout
 * @param to folder beside the manifests
 */
export function readChartFolder(path: string, to: string, root: string = checkout): ChartFolder {
  const cwd = join(root, path);
  const names = globSync("**/*", { cwd, exclude: (name) => name === ".git" })
    .concat(globSync("**/.helmignore", { cwd }))
    .filter((name) => statSync(join(cwd, name)).isFile())
    .map((name) => name.split(sep).join("/"))
    .sort();
  if (!names.includes("Chart.yaml"))
    return { files: [], errors: [`chart: expected a folder with a Chart.yaml: ${path}`] };
  const contents = names.map((name) => [name, readFileSync(join(cwd, name))] as const);
  const binary = contents.filter(([, content]) => !Buffer.from(content.toString()).equals(content));
  const hash = createHash("sha256");
  for (const [name, content] of contents) hash.update(`${name}\0${content.length}\0`).update(content);
  const digest = hash.digest("hex").slice(0, 12);
  const files = contents.map(([name, content]) => ({
    path: `${to}/${name}`,
    content: name === "Chart.yaml" ? withDigest(content.toString(), digest) : content.toString(),
  }));
  return { files, errors: binary.map(([name]) => `chart: expected text files only, and ${path}/${name} is not text`) };
}

/** Adds a digest to the version, as build metadata of a semantic version. */
function withDigest(text: string, digest: string): string {
  return text.replace(/^version:[ \t]*(['"]?)([^'"\s#]+)\1/m, (_whole, _quote, version: string) => {
    return `version: "${version}${version.includes("+") ? "." : "+"}${digest}"`;
  });
}
