import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { differencesOf, environmentsFile, findEnvironment, parseEnvironments } from "../../../../apps/environments.js";
import type { AppsInput } from "../../../../apps/main.js";
import { parseSettings, type Settings } from "../../../../apps/settings.js";
import { settingsFile } from "../../../../apps/settings-file.js";
import { synthesize } from "../../../../infra/delivery/synthesize.js";
import { checkout } from "../../../../packages/kit/state-folder.js";
import { provenanceOf } from "../../../../packages/provenance/provenance.js";

const inputOf = (settings: Settings): AppsInput => ({
  cluster: "embedded",
  application: { ...settings.application, secretName: "myappsource" },
  settings,
});

/** Number of the first line that holds a text. */
async function lineOf(file: string, text: string): Promise<number> {
  return (await readFile(`${checkout}/${file}`, "utf8")).split("\n").findIndex((line) => line.includes(text)) + 1;
}

test("without an earlier synthesis each object has the line of its construct in apps/", async () => {
  const settings = await readFile(settingsFile, "utf8");
  const provenance = await provenanceOf({ settings, inputOf });
  expect(provenance.map(({ kind, file, line, of }) => ({ kind, file, line, of }))).toEqual([
    {
      kind: "GitRepository",
      file: "apps/delivery.ts",
      line: await lineOf("apps/delivery.ts", "new GitRepository("),
      of: "construct",
    },
    {
      kind: "Kustomization",
      file: "apps/delivery.ts",
      line: await lineOf("apps/delivery.ts", "new Kustomization("),
      of: "construct",
    },
    {
      kind: "Deployment",
      file: "apps/nginx.ts",
      line: await lineOf("apps/nginx.ts", "new WebServer("),
      of: "construct",
    },
  ]);
});

test("a changed setting is named by its line in apps/settings.yaml, and what did not change by its construct", async () => {
  // GIVEN three pods before, and two now
  const before = await readFile(settingsFile, "utf8");
  const settings = before.replace("replicas: 3", "replicas: 2");
  const base = synthesize(inputOf(parseSettings(before)));
  // WHEN
  const provenance = await provenanceOf({ settings, inputOf, base });
  // THEN
  expect(provenance.filter(({ changed }) => changed)).toMatchObject([
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", name: "nginx-deployment", app: "nginx", of: "value" },
      ...{ file: "apps/settings.yaml", line: await lineOf("apps/settings.yaml", "replicas: 3") },
      ...{ repository: "application", path: "infra/deployment.yaml" },
    },
  ]);
});

test("a duration and an address are named too", async () => {
  const before = await readFile(settingsFile, "utf8");
  const settings = before.replace("interval: 1m", "interval: 5m").replace("branch: main", "branch: trunk");
  const provenance = await provenanceOf({ settings, inputOf, base: synthesize(inputOf(parseSettings(before))) });
  const lines = provenance.filter(({ changed }) => changed).map(({ kind, file, line }) => `${kind} ${file}:${line}`);
  expect(lines).toEqual([
    `GitRepository apps/settings.yaml:${await lineOf("apps/settings.yaml", "interval: 1m")}`,
    `Kustomization apps/settings.yaml:${await lineOf("apps/settings.yaml", "interval: 1m")}`,
  ]);
});

test("a difference of an environment is named by its line in apps/environments.yaml", async () => {
  // GIVEN staging with two pods before, and one now; another environment has the same value
  const settings = await readFile(settingsFile, "utf8");
  const text = (replicas: number) => `environments:
  - name: staging
    settings:
      nginx:
        replicas: ${replicas}
  - name: production
    settings: { nginx: { replicas: 1 } }
`;
  const read = (yaml: string) => differencesOf(findEnvironment(parseEnvironments(yaml), "staging", "test"));
  const before = parseSettings(settings, undefined, read(text(2)));
  // WHEN
  const differences = { text: text(1), file: environmentsFile, read };
  const provenance = await provenanceOf({ settings, differences, inputOf, base: synthesize(inputOf(before)) });
  // THEN
  expect(provenance.filter(({ changed }) => changed)).toMatchObject([
    { kind: "Deployment", file: "apps/environments.yaml", line: 5, of: "value" },
  ]);
});

test("applications whose constructs have equal paths are told apart by their files", async () => {
  // GIVEN two applications that were written alike
  const root = await mkdtemp(join(tmpdir(), "timonier-provenance-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await symlink(join(checkout, "node_modules"), join(root, "node_modules"));
  await mkdir(join(root, "apps"));
  await writeFile(join(root, "apps/settings.ts"), "export const parseSettings = (text) => text;\n");
  const program = `
import { ApiObject, App, Chart } from "cdk8s";
const application = (name, text) => {
  const app = new App({ outdir: "applications/" + name, outputFileExtension: ".yaml" });
  new ApiObject(new Chart(app, "web"), "map", { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { text } });
  return app;
};
export const buildApps = () => ({
  setup: [],
  application: [{ folder: "applications", apps: [
    application("api", "one"),
    application("shop", "two"),
  ] }],
});
`;
  await writeFile(join(root, "apps/main.ts"), program);
  const former = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  text: before\n";
  const base = { setup: new Map(), application: new Map([["applications/shop/web.yaml", former]]) };
  // WHEN
  const provenance = await provenanceOf({ settings: "", inputOf, base, root });
  // THEN
  const line = program.split("\n").findIndex((text) => text.includes('"two"')) + 1;
  expect(provenance.find(({ name }) => name === "shop")).toMatchObject({ of: "value", file: "apps/main.ts", line });
});
