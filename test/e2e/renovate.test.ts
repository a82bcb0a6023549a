import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { renderPin } from "../../packages/charts/pin-file.js";
import type { ChartSource } from "../../packages/kit/chart-source.js";
import { checkout } from "../../packages/kit/state-folder.js";
import { cacheRoot } from "../../packages/toolchain/cache.js";

// The preset for teams that use Renovate, checked and applied by Renovate itself, unmodified.

// renovate: datasource=npm depName=renovate
const version = "44.121.2";
const home = join(cacheRoot(process.env), `renovate-${version}`);
const program = (name: string) => join(home, "node_modules", "renovate", "dist", `${name}.js`);

/** Installed once for all runs. @returns why it cannot be had; undefined: it is there */
async function install(): Promise<string | undefined> {
  if (existsSync(home)) return undefined;
  const attempt = `${home}.${process.pid}`;
  mkdirSync(attempt, { recursive: true });
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", attempt, `renovate@${version}`];
  const got = await execa("npm", args, { reject: false, all: true, timeout: 300_000, cwd: attempt });
  if (got.exitCode === 0) renameSync(attempt, home);
  else rmSync(attempt, { recursive: true, force: true });
  return got.exitCode === 0 ? undefined : `npm: ${got.all}`;
}

const absent = await install();
if (absent) console.warn(`renovate ${version} cannot be had, its tests are skipped: ${absent.slice(0, 300)}`);

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const pin = (version: string, source: ChartSource) =>
  renderPin("x", { name: "x", version, digest, source }, "export interface Values {}");

describe.skipIf(absent !== undefined)("renovate", () => {
  const folder = mkdtempSync(join(tmpdir(), "timonier-renovate-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function renovate(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return execa(process.execPath, [program(name), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, LOG_FORMAT: "json", ...env },
      extendEnv: false,
      reject: false,
      all: true,
      timeout: 60_000,
    });
  }

  test("its validator accepts the preset", async () => {
    const said = await renovate("config-validator", [
      "--strict",
      "--no-global",
      join(checkout, "renovate/timonier.json"),
    ]);
    expect(said.exitCode, said.all).toBe(0);
  });

  test("it finds the images and charts, and leaves images with a policy to Flux", async () => {
    mkdirSync(join(folder, "apps", "charts"), { recursive: true });
    cpSync(join(checkout, "renovate/timonier.json"), join(folder, "renovate.json"));
    const settings = `${readFileSync(join(checkout, "apps/settings.yaml"), "utf8")}
shop:
  image: { repository: registry.example.org/shop, policy: 1.x, initial: 1.0.0 }
  sidecarImage: "localhost:5000/team/side-car:v2.1.0@${digest}"
other: { image: example.org/other:1.0.0, replicas: 1 }
`;
    writeFileSync(join(folder, "apps/settings.yaml"), settings);
    const http = { kind: "http" as const, repository: "https://charts.example.org", chart: "podinfo" };
    writeFileSync(join(folder, "apps/charts/podinfo.ts"), pin("6.1.0", http));
    writeFileSync(join(folder, "apps/charts/web.ts"), pin("2.0.1", { kind: "oci", url: "oci://ghcr.io/team/web" }));
    await execa("git", ["init", "-q"], { cwd: folder });
    await execa("git", ["add", "."], { cwd: folder });
    const args = ["--platform=local", "--dry-run=extract", "--enabled-managers=custom.regex"];
    const said = await renovate("renovate", args, { LOG_LEVEL: "debug" });
    expect(said.exitCode, said.all).toBe(0);
    const found = String(said.all)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { msg: string; packageFiles?: Record<string, PackageFile[]> })
      .find(({ packageFiles }) => packageFiles)?.packageFiles;
    const deps = Object.values(found ?? {})
      .flat()
      .flatMap((file) => file.deps.map((dep) => [file.packageFile, dep.datasource, dep.depName, dep.currentValue]));
    expect(deps.sort()).toEqual([
      ["apps/charts/podinfo.ts", "helm", "podinfo", "6.1.0"],
      ["apps/charts/web.ts", "docker", "ghcr.io/team/web", "2.0.1"],
      ["apps/settings.yaml", "docker", "example.org/other", "1.0.0"],
      ["apps/settings.yaml", "docker", "localhost:5000/team/side-car", "v2.1.0"],
      ["apps/settings.yaml", "docker", "nginx", "1.14.2"],
    ]);
  });
});

interface PackageFile {
  readonly packageFile: string;
  readonly deps: ReadonlyArray<Readonly<Record<"datasource" | "depName" | "currentValue", string>>>;
}
