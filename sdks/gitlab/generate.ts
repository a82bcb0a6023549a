import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { generatePackage } from "./generator/package.js";
import type { PackageSchema } from "./generator/schema.js";

/** Folder of the package. */
export const packageFolder = dirname(fileURLToPath(import.meta.url));

/** schema.json of this package. */
export function readSchema(): PackageSchema {
  return JSON.parse(readFileSync(join(packageFolder, "schema.json"), "utf8")) as PackageSchema;
}

/**
 * Writes the package's generated files into a folder and formats them. The same schema makes the same bytes.
 *
 * @returns their paths in the folder
 */
export async function generate(folder: string): Promise<string[]> {
  const files = generatePackage(readSchema());
  for (const [path, code] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  const checkout = join(packageFolder, "..", "..");
  const paths = [...files.keys()];
  const rules = ["--config-path", join(checkout, "biome.json"), "--vcs-enabled=false"];
  await execa("biome", ["check", "--write", ...rules, ...paths.map((path) => join(folder, path))], {
    cwd: folder,
    preferLocal: true,
    localDir: checkout,
  });
  return paths;
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) await generate(packageFolder);
