import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { externalPackages, ownAddresses } from "@timonier/kit/run";
import { checkout } from "@timonier/kit/state-folder";
import { build, type Plugin } from "esbuild";

/** The functions of this checkout with other applications than those of apps/applications.ts. */
export type Program = typeof import("./program.js");

/**
 * Loads the program for a number of applications into this process. Each number has its own copy of
 * all modules, because apps/settings.ts makes the schema of the settings while it is loaded.
 */
export async function loadProgram(count: number): Promise<Program> {
  // In the checkout, so that Node.js finds the packages.
  const parent = join(checkout, ".timonier");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(parent, "bench-applications-"));
  try {
    const file = join(folder, "program.mjs");
    await build({
      entryPoints: [join(checkout, "bench/applications/program.ts")],
      outfile: file,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      sourcemap: "inline",
      logLevel: "error",
      plugins: [applicationsOf(count), externalPackages, ownAddresses],
    });
    return (await import(pathToFileURL(file).href)) as Program;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Replaces the list in apps/applications.ts. */
function applicationsOf(count: number): Plugin {
  const path = join(checkout, "apps/applications.ts");
  const contents = [
    `import { manyApplications } from "../bench/applications/definitions.js";`,
    `export const applications = manyApplications(${count});`,
  ].join("\n");
  return {
    name: "applications",
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]apps[\\/]applications\.ts$/ }, (file) =>
        file.path === path ? { loader: "ts", contents, resolveDir: join(checkout, "apps") } : undefined,
      );
    },
  };
}
