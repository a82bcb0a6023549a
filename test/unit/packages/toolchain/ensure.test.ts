import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { ensureTools } from "../../../../packages/toolchain/ensure.js";
import { committedModules } from "../../../../packages/toolchain/go-build.js";
import { type ToolName, tools } from "../../../../packages/toolchain/tools.js";
import { script, tempFolder } from "./temp-folder.js";
import { sha256, VendorStandIn } from "./vendor-stand-in.js";

const platform = { os: "linux", arch: "amd64" } as const;
let vendor: VendorStandIn;
beforeEach(async () => {
  vendor = await new VendorStandIn().start();
});
afterEach(() => vendor.stop());

/** A machine with nothing on PATH and a vendor that publishes nothing, yet. */
async function machine(env: NodeJS.ProcessEnv = {}) {
  const folder = await tempFolder();
  const lines: string[] = [];
  const path = join(folder, "path");
  await mkdir(path);
  const modulesFolder = join(folder, "modules");
  await cp(committedModules, modulesFolder, { recursive: true });
  const { origin } = vendor;
  const hosts = { github: origin, githubApi: `${origin}/api`, kubernetes: origin, images: origin };
  const surroundings = {
    env: { PATH: `${path}:/usr/bin:/bin`, HOME: folder, TIMONIER_CACHE: join(folder, "cache"), ...env },
    platform,
    hosts,
    modulesFolder,
  };
  const binDir = join(folder, "bin");
  const ensure = (names: readonly ToolName[], more: NodeJS.ProcessEnv = {}) =>
    ensureTools(
      names,
      { binDir, progress: (line) => lines.push(line) },
      { ...surroundings, env: { ...surroundings.env, ...more } },
    );
  return { folder, path, binDir, lines, ensure, modulesFolder, cache: join(folder, "cache") };
}

function publishScheduler(body = "scheduler", checksum = sha256(body)): void {
  const path = `/release/v${tools["kube-scheduler"].version}/bin/linux/amd64/kube-scheduler`;
  vendor.answers.set(path, { body }).set(`${path}.sha256`, { body: checksum });
}

/** Stands in for the go command: a build writes a file for each package, and counts. */
const fakeGo = [
  'if [ "$1" = env ]; then echo go1.26.8; echo auto; exit; fi',
  'if [ "$1" = list ] || [ "$1" = mod ]; then echo "$PWD" >> "$HOME/fetched"; exit; fi',
  'echo build >> "$HOME/builds"',
  'mkdir -p "$GOBIN"',
  'for argument; do case "$argument" in *.*/*) echo built > "$GOBIN/${argument##*/}"; esac; done',
];

test("what PATH has is linked, and nobody is asked again", async () => {
  // GIVEN
  const { path, binDir, ensure, lines } = await machine();
  const etcd = await script(join(path, "etcd"), `echo x >> "${path}/asked"`, "echo 'etcd Version: 3.6.1'");
  // WHEN
  const first = await ensure(["etcd"]);
  const second = await ensure(["etcd"]);
  // THEN
  expect([first.etcd, second.etcd, await realpath(join(binDir, "etcd"))]).toEqual([etcd, etcd, await realpath(etcd)]);
  expect(await readFile(join(path, "asked"), "utf8")).toBe("x\n");
  expect(vendor.asked).toEqual([]);
  expect(lines).toEqual([`etcd 3.6.1: on PATH, ${etcd}`]);
});

test("a tool on PATH that changed is looked at again", async () => {
  const { path, ensure } = await machine({ TIMONIER_TOOLS_FROM: "path" });
  await script(join(path, "etcd"), "echo 'etcd Version: 3.6.1'");
  await ensure(["etcd"]);
  await script(join(path, "etcd"), "echo 'etcd Version: 2.0.0, older'");
  await expect(ensure(["etcd"])).rejects.toThrow(/is 2\.0\.0, expected >=3\.6\.0/);
});

test("the vendor's release is taken, verified and kept for other checkouts", async () => {
  // GIVEN
  const { ensure, binDir, lines, cache } = await machine();
  publishScheduler();
  // WHEN
  const { "kube-scheduler": path } = await ensure(["kube-scheduler"]);
  const asked = vendor.asked.length;
  await ensure(["kube-scheduler"]);
  // THEN
  expect(await readFile(join(binDir, "kube-scheduler"), "utf8")).toBe("scheduler");
  expect(path?.startsWith(cache)).toBe(true);
  expect(vendor.asked).toHaveLength(asked);
  expect(lines[0]).toMatch(/^kube-scheduler [\d.]+: downloading from 127\.0\.0\.1:\d+$/);
  expect(lines[1]).toMatch(/^kube-scheduler [\d.]+: downloaded and verified in 0\.\d s$/);
});

test("a release with the wrong checksum is not used: the source is", async () => {
  // GIVEN
  const { ensure, path, cache } = await machine();
  publishScheduler("tampered", sha256("scheduler"));
  await script(join(path, "go"), ...fakeGo);
  // WHEN
  const found = await ensure(["kube-scheduler"]);
  // THEN
  expect(found["kube-scheduler"]).toContain("-source-");
  expect(await readdir(join(cache, "tools", "kube-scheduler"))).toHaveLength(1);
  expect(await readdir(join(cache, "tmp"))).toEqual([]);
});

test("tools of one module are built at once, and again only when a pin changes", async () => {
  // GIVEN
  const { ensure, path, folder, modulesFolder, lines } = await machine({ TIMONIER_TOOLS_FROM: "source" });
  await script(
    join(path, "go"),
    ...fakeGo.with(4, 'touch "$GOBIN/x"; for b in server kwok kwokctl; do echo built > "$GOBIN/$b"; done'),
  );
  // WHEN
  await ensure(["kwok", "kwokctl"]);
  await ensure(["kwok"]);
  // THEN
  expect(await readFile(join(folder, "builds"), "utf8")).toBe("build\n");
  expect(lines[0]).toMatch(/^kwok, kwokctl: building on \d+ processors, about \d+ m left$/);
  expect(lines[1]).toBe(`kwok ${tools.kwok.version}: building from Go source, 2 tools in one build`);
  expect(existsSync(join(folder, "fetched"))).toBe(false);
  // WHEN
  await appendFile(join(modulesFolder, "cluster", "go.sum"), "\n");
  await ensure(["kwok"]);
  // THEN
  expect(await readFile(join(folder, "builds"), "utf8")).toBe("build\nbuild\n");
});

test("modules of later builds are downloaded from the start, and the error of one build does not hide another's", async () => {
  // GIVEN: cluster fails, and so does the Node host
  const { ensure, path, folder } = await machine({ TIMONIER_TOOLS_FROM: "source" });
  const failing = 'case "$PWD" in *cluster*|*nodejs*) echo "no such thing in $PWD" >&2; exit 1; esac';
  await script(join(path, "go"), ...fakeGo.toSpliced(2, 0, failing));
  // WHEN
  const error = await ensure(["kwok", "pulumi", "pulumi-language-nodejs"]).catch((reason: unknown) => reason);
  // THEN
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).where).toMatch(
    /kwok[\s\S]*source: go install failed: no such thing in \S*source-cluster/,
  );
  expect((error as UserError).where).toMatch(/nodejs[\s\S]*source: go install failed: no such thing in \S*nodejs/);
  expect(existsSync(join(folder, "bin", "pulumi"))).toBe(true);
  expect(await readFile(join(folder, "builds"), "utf8")).toBe("build\n");
  expect((await readFile(join(folder, "fetched"), "utf8")).split("\n")[0]).toMatch(/modules\/pulumi$/);
});

test("a tool that could not be obtained is one error with the reason of each tool source", async () => {
  // GIVEN
  const { ensure, path, lines } = await machine();
  const old = await script(join(path, "etcd"), "echo 'etcd Version: 3.4.1'");
  // WHEN
  const failing = ensure(["etcd", "source-controller"], { PATH: path });
  // THEN
  const error = await failing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  const { what, where, fix } = error as UserError;
  expect(what).toBe(
    `etcd ${tools.etcd.version}, source-controller ${tools["source-controller"].version}: could not be obtained`,
  );
  expect(where).toContain(`PATH:   ${old} is 3.4.1`);
  expect(where).toMatch(/vendor: http:\S+SHA256SUMS answered 404/);
  expect(where).toContain("source: Go is not on PATH");
  expect(fix).toContain("install Go 1.21");
  expect(lines.filter((line) => line.includes("building"))).toEqual([]);
});

test("what was found stays found when another tool cannot be had", async () => {
  const { ensure, path, binDir } = await machine();
  await script(join(path, "etcd"), "echo 'etcd Version: 3.6.1'");
  await expect(ensure(["etcd", "helm-controller"], { PATH: `${path}` })).rejects.toThrow(
    /^helm-controller [\d.]+: could not be obtained/,
  );
  expect(existsSync(join(binDir, "etcd"))).toBe(true);
});

test("vendors that do not answer are asked once each, all at the same time", async () => {
  // GIVEN: an address that swallows connections is not at hand; a closed port answers at once and counts the same
  const { ensure, lines } = await machine({ TIMONIER_TOOLS_FROM: "vendor" });
  await vendor.stop();
  // WHEN
  const start = Date.now();
  const failing = ensure(["etcd", "kwok", "kubectl", "flux", "pulumi", "helm-controller"]);
  // THEN
  await expect(failing).rejects.toThrow(/does not answer/);
  expect(Date.now() - start).toBeLessThan(3_000);
  expect(lines).toEqual([]);
  vendor = await new VendorStandIn().start();
});

test("a full disk is said at once, without another try", async () => {
  const { ensure, path } = await machine({ TIMONIER_TOOLS_FROM: "source,path" });
  await script(join(path, "go"), fakeGo[0] ?? "", "echo 'write x: no space left on device' >&2; exit 1");
  await expect(ensure(["kwok"])).rejects.toThrow(/kwok [\d.]+: the disk is full[\s\S]*TIMONIER_CACHE/);
});

test("a forced source is the only one", async () => {
  const { ensure, path } = await machine();
  await script(join(path, "etcd"), "echo 'etcd Version: 3.6.1'");
  await ensure(["etcd"]);
  await expect(ensure(["etcd"], { TIMONIER_TOOLS_FROM: "vendor" })).rejects.toThrow(
    /PATH: {3}not tried \(TIMONIER_TOOLS_FROM\)/,
  );
});

test("what an interrupted run left is removed by the next search", async () => {
  const { ensure, path, cache } = await machine();
  await script(join(path, "etcd"), "echo 'etcd Version: 3.6.1'");
  await mkdir(join(cache, "tmp", "source-gone", "work-1"), { recursive: true });
  await writeFile(join(cache, "tmp", "source-gone", "work-1", "half"), "ha");
  await ensure(["etcd"]);
  expect(await readdir(join(cache, "tmp"))).toEqual([]);
});
