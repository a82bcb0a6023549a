import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newApp } from "../../../../cli/commands/new.js";
import { identifierOf } from "../../../../cli/new-app/app-files.js";
import { checkout } from "../../../../packages/kit/state-folder.js";

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
const chart = { kind: "chart", repository: "https://charts.example.org", version: "1.2.3" };

test("every kind is written as Biome formats it, and a service and a chart pass the test that comes with them", {
  timeout: 120_000,
}, async () => {
  // WHEN
  await newApp("web-shop", { root, image: "registry.example.org/team/shop:2.0.0" });
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
  ["Shop", {}, /invalid application name "Shop"/],
  ["delivery", {}, /cannot have the name delivery/],
  ["shop", { kind: "job" }, /unknown kind of application: job[\s\S]*service, chart, folder/],
  ["redis", { kind: "chart" }, /needs its repository and its version/],
  ["redis", { ...chart, repository: "charts.example.org" }, /needs its repository/],
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
