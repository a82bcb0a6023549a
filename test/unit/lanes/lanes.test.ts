import { readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { externalPackages } from "../../../packages/kit/run.mjs";
import { checkout } from "../../../packages/kit/state-folder.js";
import { cachedLanes, defaultLanes, type LaneName, lanes, vitestProjects } from "../../lanes/lanes.js";

const testFiles = readdirSync(join(checkout, "test"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts") && !path.startsWith("minikube/"))
  .map((path) => `test/${path}`);

/** Files that each lane's vitest project runs. Computed once: matching patterns is slow. */
const filesByLane = new Map(
  vitestProjects().map(({ name, include, exclude }) => {
    const isIn = (patterns: readonly string[]) => (file: string) => patterns.some((one) => matchesGlob(file, one));
    return [name, testFiles.filter(isIn(include)).filter((file) => !isIn(exclude)(file))] as const;
  }),
);

/** turbo.json; it has comments, which YAML's superset of JSON does not know. */
const turbo = parse(readFileSync(join(checkout, "turbo.json"), "utf8").replaceAll(/^\s*\/\/.*$/gm, "")) as {
  readonly globalDependencies: readonly string[];
  readonly tasks: Readonly<Record<string, { readonly inputs: readonly string[] }>>;
};

function isInput(lane: LaneName, path: string): boolean {
  const inputs = [...(turbo.tasks[`//#lane:${lane}`]?.inputs ?? []), ...turbo.globalDependencies];
  const matches = (pattern: string) => matchesGlob(path, pattern);
  if (inputs.filter((one) => one.startsWith("!")).some((one) => matches(one.slice(1)))) return false;
  return inputs.includes("$TURBO_DEFAULT$") || inputs.some(matches);
}

/** Programs that tests of narrow lanes start without importing them. */
const started: Readonly<Partial<Record<LaneName, readonly string[]>>> = {
  corpus: ["simulators/cluster/agent/main.ts", "simulators/gitlab/main.ts", "packages/rehearsal/engine/keeper.ts"],
  minikube: ["test/minikube/main.ts", "test/minikube/story.test.ts", "cli/main.ts", "infra/index.ts"],
  pages: ["simulators/gitlab/main.ts"],
};

/** Every file of the checkout that is part of a program. */
async function closureOf(entries: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: [...entries],
    outdir: "dist",
    bundle: true,
    plugins: [externalPackages],
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  return Object.keys(metafile.inputs);
}

test("a test file belongs to exactly one lane", () => {
  expect([...filesByLane.values()].flat().sort()).toEqual(testFiles.sort());
});

describe("lanes", () => {
  test("that name a file name one that is there", () => {
    const named = lanes.flatMap(({ files = [] }) => files).filter((file) => !file.includes("*"));
    expect(named.filter((file) => !testFiles.includes(file))).toEqual([]);
  });

  test("have a script each, and those that are skipped when unchanged have a task each", () => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { scripts: object };
    expect(Object.keys(scripts).filter((name) => name.startsWith("lane:"))).toEqual(
      lanes.map(({ name }) => `lane:${name}`),
    );
    expect(Object.keys(turbo.tasks)).toEqual(cachedLanes.map((name) => `//#lane:${name}`));
    expect([...defaultLanes, ...cachedLanes].sort()).toEqual(lanes.map(({ name }) => name).sort());
  });

  test.each(cachedLanes)("%s has every file that its tests run among its inputs", async (name) => {
    const entries = [...(filesByLane.get(name) ?? []), ...(started[name] ?? [])];
    const files = entries.length === 0 ? [] : await closureOf(entries);
    expect(files.filter((file) => !isInput(name, file))).toEqual([]);
    // What is not imported, and decides what runs: pins of tools and packages, the tests' own settings.
    for (const pin of ["packages/kit/versions.ts", "packages/toolchain/modules/cluster/go.sum", "vitest.config.ts"]) {
      expect(isInput(name, pin), pin).toBe(true);
    }
  });

  test("that start the whole program have all of it among their inputs", () => {
    const product = [
      "Pulumi.yaml",
      "README.md",
      "ci/gate.sh",
      "cli/timonier.mjs",
      "infra/start.mjs",
      "apps/settings.yaml",
    ];
    for (const name of ["e2e", "faults", "pipelines", "minikube"] as const) {
      expect(product.filter((path) => !isInput(name, path))).toEqual([]);
    }
  });
});
