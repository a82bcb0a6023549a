// The two commands on machines whose `node` is an old one, and a supported one.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureNode } from "../../packages/kit/node-download.mjs";
import { fits, nodePins, supportedNodes } from "../../packages/kit/node-version.mjs";
import { WorkingCopy } from "./support/working-copy.js";

const pin = nodePins[`${process.platform}-${process.arch}`];
const OLD = "20.20.2";
const folder = mkdtempSync(join(tmpdir(), "timonier-launcher-"));
let copy: WorkingCopy;
beforeAll(() => {
  copy = new WorkingCopy();
});
afterAll(async () => {
  await copy.remove();
  rmSync(folder, { recursive: true, force: true });
});

const versionOf = (node: string) => execFileSync(node, ["--version"], { encoding: "utf8" }).trim().slice(1);

/** A PATH whose first `node` is this one. */
function pathWith(node: string): string {
  const bin = mkdtempSync(join(folder, "bin-"));
  symlinkSync(node, join(bin, "node"));
  return [bin, process.env.PATH].join(delimiter);
}

/**
 * An old Node.js: from PATH, else from npm's registry. undefined: this machine has none, and does
 * not reach the registry.
 */
function oldNode(): string | undefined {
  for (const place of (process.env.PATH ?? "").split(delimiter).filter(isAbsolute)) {
    const node = join(place, "node");
    if (existsSync(node) && !fits(versionOf(node), supportedNodes())) return node;
  }
  try {
    const args = ["pack", `${pin?.package.name}@${OLD}`, "--pack-destination", folder, "--ignore-scripts"];
    execFileSync("npm", args, { stdio: "ignore", timeout: 200_000 });
    const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    execFileSync("tar", ["-xzf", join(folder, archive ?? ""), "-C", folder, "package/bin/node"]);
    return join(folder, "package", "bin", "node");
  } catch {
    return undefined;
  }
}

/** Why nothing can be obtained here; a digest that differs is not such a reason. */
function isUnreachable(error: unknown): boolean {
  return (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|E404/.test((error as Error).message) && !/sha\d+ of/.test(`${error}`)
  );
}

describe("PATH has an old Node.js alone", () => {
  let old: string;
  beforeAll(() => {
    old = oldNode() ?? "";
  });

  test("the commands run on a supported one", async ({ skip }) => {
    if (!old) skip(`no Node.js ${OLD} in PATH nor in npm's registry`);
    const { exitCode, stdout } = await copy.run("node", ["cli/timonier.mjs", "--help"], { PATH: pathWith(old) });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: timonier/m);
  });

  test("an exit code of the program is that of the command", async ({ skip }) => {
    if (!old) skip(`no Node.js ${OLD} in PATH nor in npm's registry`);
    const { exitCode, all } = await copy.run("node", ["cli/timonier.mjs", "no-such"], { PATH: pathWith(old) });
    expect(all).toMatch(/unknown command/);
    expect(exitCode).toBe(2);
  });

  test("a shell with `timonier env` runs Pulumi, the program and the plugins on a supported one", async ({ skip }) => {
    if (!old) skip(`no Node.js ${OLD} in PATH nor in npm's registry`);
    const command = "node --version; pulumi preview --stack embedded --non-interactive";
    const { exitCode, all, stdout } = await copy.shell(command, { PATH: pathWith(old) });
    expect(fits((stdout.split("\n")[0] ?? "").slice(1), supportedNodes()), all).toBe(true);
    expect(all).toMatch(/timonier:embedded:Cluster/);
    expect(exitCode, all).toBe(0);
  });

  test("an entry that is started without the launcher runs on a supported one", async ({ skip }) => {
    if (!old) skip(`no Node.js ${OLD} in PATH nor in npm's registry`);
    const script = join(copy.folder, "says-version.ts");
    writeFileSync(script, "console.log(process.versions.node as string);\n");
    const { stdout } = await copy.run("node", ["packages/kit/run.mjs", script], { PATH: pathWith(old) });
    expect(fits(stdout.trim(), supportedNodes())).toBe(true);
  });
});

describe("PATH has a supported Node.js", () => {
  test("it is used, and nothing is obtained", async () => {
    const cache = join(folder, "unused-cache");
    const env = { PATH: pathWith(process.execPath), TIMONIER_CACHE: cache };
    const help = await copy.run("node", ["cli/timonier.mjs", "--help"], env);
    expect(help.stdout).toMatch(/^Usage: timonier/m);
    const child = await copy.run("node", ["cli/with-node.mjs", "node", "-p", "process.execPath"], env);
    expect(child.stdout).toBe(process.execPath);
    expect(existsSync(cache)).toBe(false);
  });

  test("children use it also where PATH has another one", async ({ skip }) => {
    const old = oldNode();
    if (!old) return skip(`no Node.js ${OLD} in PATH nor in npm's registry`);
    const args = ["cli/with-node.mjs", "node", "-p", "process.execPath"];
    const { stdout } = await copy.run(process.execPath, args, { PATH: pathWith(old) });
    expect(stdout).toBe(process.execPath);
  });
});

test("the pinned release for this platform is what nodejs.org or npm's registry has", async ({ skip }) => {
  const cache = join(folder, "cache");
  mkdirSync(cache);
  try {
    const node = await ensureNode({ env: { ...process.env, TIMONIER_CACHE: cache }, progress: () => {} });
    expect([pin?.archive.version, pin?.package.version]).toContain(versionOf(node));
    expect(readdirSync(dirname(node))).toEqual(["node"]);
  } catch (error) {
    if (isUnreachable(error)) skip(`neither nodejs.org nor npm's registry can be reached: ${(error as Error).message}`);
    throw error;
  }
});
