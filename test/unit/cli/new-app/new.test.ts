import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newApp } from "../../../../cli/commands/new.js";
import { identifierOf } from "../../../../cli/new-app/app-files.js";
import { checkout } from "../../../../packages/kit/state-folder.js";
import { sampleChart, writeFiles } from "../../packages/charts/sample-chart.js";

const run = promisify(execFile);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-new-app-"));
  cpSync(join(checkout, "apps"), join(root, "apps"), { recursive: true });
  for (const shared of ["constructs", "node_modules", "packages", "package.json", "tsconfig.json", "biome.json"]) {
    symlinkSync(join(checkout, shared), join(root, shared));
  }
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const read = (path: string) => readFileSync(join(root, path), "utf8");
const chart = { kind: "chart", chart: "./charts/redis" };

test("every kind is written as Biome formats it, and a service and a chart pass the test that comes with them", {
  timeout: 120_000,
}, async () => {
  // WHEN
  await newApp("web-shop", { root, image: "registry.example.org/team/shop:2.0.0" });
  writeFiles(join(root, "charts/redis"), sampleChart({ name: "redis" }));
  await newApp("redis", { root, ...chart });
  await newApp("class", { root, kind: "folder" });
  // THEN
  expect(read("apps/applications.ts")).toContain("[nginx, webShop, redis, appClass] as const");
  expect(read("apps/settings.yaml")).toContain("\nweb-shop:\n  image: registry.example.org/team/shop:2.0.0\n");
  const bin = (name: string) => join(checkout, "node_modules/.bin", name);
  await run(bin("biome"), ["check", "--vcs-enabled=false", "apps", "test"], { cwd: root });
  // Not that of the folder: in this copy, constructs/ is a link, and looks for the folder in this checkout.
  const vitest = [
    "run",
    "web-shop",
    "redis",
    "--root",
    root,
    "--config",
    join(checkout, "test/unit/cli/new-app/vitest.config.ts"),
  ];
  const { stdout } = await run(bin("vitest"), vitest, { cwd: root });
  expect(stdout).toMatch(/Tests .*2 passed/);
});

test("what is there already is refused before anything is written", async () => {
  const before = read("apps/settings.yaml");
  await expect(newApp("nginx", { root })).rejects.toThrow(/there is already an application nginx/);
  await newApp("shop", { root });
  await expect(newApp("shop", { root, kind: "folder" })).rejects.toThrow(/already an application shop/);
  expect(existsSync(join(root, "apps/shop/configuration.yaml"))).toBe(false);
  expect(read("apps/settings.yaml").startsWith(before.trimEnd())).toBe(true);
});

test.each([
  ["a service", {}],
  ["a chart", chart],
  ["a folder", { kind: "folder" }],
])("GIVEN a run for %s that was killed between two writes THEN the same command finishes it", async (_, options) => {
  // GIVEN what a run writes, in its order
  const [list, sections] = [read("apps/applications.ts"), read("apps/settings.yaml")];
  writeFiles(join(root, "charts/redis"), sampleChart({ name: "redis" }));
  await newApp("shop", { root, ...options });
  const log = vi.mocked(console.log).mock.calls.map(([path]) => String(path));
  const paths = log.slice(0, log.indexOf("apps/settings.yaml")).filter((path) => existsSync(join(root, path)));
  const count = paths.length;
  const whole = new Map([...paths, "apps/applications.ts", "apps/settings.yaml"].map((path) => [path, read(path)]));
  for (let done = 0; done <= count + 1; done++) {
    // WHEN it is killed after so many of them
    writeFileSync(join(root, "apps/applications.ts"), list);
    if (done <= count) writeFileSync(join(root, "apps/settings.yaml"), sections);
    for (const path of paths.slice(done)) rmSync(join(root, path), { force: true });
    await newApp("shop", { root, ...options });
    // THEN
    for (const [path, text] of whole) expect([done, path, read(path)]).toEqual([done, path, text]);
  }
});

test("GIVEN half an application with other options THEN nothing is overwritten", async () => {
  const list = read("apps/applications.ts");
  await newApp("shop", { root, image: "registry.example.org/team/shop:1.0.0" });
  writeFileSync(join(root, "apps/applications.ts"), list);
  const sections = read("apps/settings.yaml");
  await expect(newApp("shop", { root, image: "registry.example.org/team/shop:2.0.0" })).rejects.toThrow(
    /or a part of one\n.*apps\/settings.yaml\n.*use the same options/,
  );
  expect([read("apps/settings.yaml"), read("apps/applications.ts")]).toEqual([sections, list]);
});

test.each([
  ["Shop", {}, /invalid application name "Shop"/],
  ["delivery", {}, /cannot have the name delivery/],
  ["shop", { kind: "job" }, /unknown kind of application: job[\s\S]*service, chart, folder/],
  ["redis", { kind: "chart" }, /needs the chart/],
  ["redis", { ...chart, chart: "charts.example.org/redis" }, /unknown form of a chart's address/],
  ["redis", { ...chart, chart: "redis" }, /no pinned chart redis/],
])("%s with %j is refused", async (name, options, message) => {
  const before = read("apps/applications.ts");
  await expect(newApp(name, { root, ...options })).rejects.toThrow(message);
  expect(read("apps/applications.ts")).toBe(before);
});

test.each([
  ["shop", "shop"],
  ["web-shop", "webShop"],
  ["2048", "app2048"],
  ["new", "appNew"],
])("the constant of %s is %s", (name, identifier) => {
  expect(identifierOf(name)).toBe(identifier);
});
