import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { versions } from "../../../../packages/kit/versions.js";
import { committedModules, moduleDigest, moduleOf, sourceSlot } from "../../../../packages/toolchain/go-build.js";
import { installArguments, modules } from "../../../../packages/toolchain/go-modules.js";
import { toolNames, tools } from "../../../../packages/toolchain/tools.js";
import { tempFolder } from "./temp-folder.js";

const linux = { os: "linux", arch: "amd64" } as const;
const goMod = (module: string) => readFile(join(committedModules, module, "go.mod"), "utf8");

test.each([
  ["cluster", "go.etcd.io/etcd/server/v3", versions.etcd],
  ["cluster", "k8s.io/kubernetes", versions.kubernetes],
  ["cluster", "sigs.k8s.io/kwok", versions.kwok],
  ["cluster", "github.com/fluxcd/source-controller", versions.sourceController],
  ["cluster", "github.com/fluxcd/kustomize-controller", versions.kustomizeController],
  ["cluster", "github.com/fluxcd/helm-controller", versions.helmController],
  ["cluster", "github.com/fluxcd/notification-controller", versions.notificationController],
  ["flux-images", "github.com/fluxcd/image-automation-controller", versions.imageAutomationController],
  ["flux-images", "github.com/fluxcd/image-reflector-controller", versions.imageReflectorController],
  ["flux", "github.com/fluxcd/flux2/v2", versions.flux],
  ["flux-manifests", "github.com/fluxcd/source-controller", versions.sourceController],
  ["flux-manifests", "github.com/fluxcd/kustomize-controller", versions.kustomizeController],
  ["flux-manifests", "github.com/fluxcd/helm-controller", versions.helmController],
  ["flux-manifests", "github.com/fluxcd/notification-controller", versions.notificationController],
  ["flux-manifests", "github.com/fluxcd/image-automation-controller", versions.imageAutomationController],
  ["flux-manifests", "github.com/fluxcd/image-reflector-controller", versions.imageReflectorController],
  ["flux-manifests", "github.com/fluxcd/source-watcher/v2", versions.sourceWatcher],
  ["minikube", "k8s.io/minikube", versions.minikube],
  ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
  ["pulumi-language-nodejs", "github.com/pulumi/pulumi/sdk/v3", versions.pulumiLanguageNodejsSource],
])("module %s requires %s in the version of packages/kit/versions.ts", async (module, required, version) => {
  expect(await goMod(module)).toMatch(
    new RegExp(`^(require |\\t)${required} v${version.replaceAll(".", "\\.")}$`, "m"),
  );
});

test("every tool is a tool of its module, and every module's tool is in the table", async () => {
  for (const { name } of modules) {
    const listed = (await goMod(name)).match(/^(?:tool |\t)([a-z][\w.-]*\.[a-z]+\/[\w./-]+)$/gm) ?? [];
    const packages = listed.map((line) => line.replace(/^tool /, "").trim()).sort();
    const wanted = toolNames.map((each) => tools[each].go).filter(({ module }) => module === name);
    expect(packages).toEqual(wanted.map((source) => source.package).sort());
  }
});

/**
 * Modules that stay at different versions: the plugin does not compile with those of `pulumi`, and
 * image-reflector-controller requires a newer version of one package than `cluster`.
 */
const ownVersions = [
  "github.com/google/go-containerregistry/pkg/authn/kubernetes",
  "github.com/pulumi/esc",
  "github.com/pulumi/pulumi/pkg/v3",
  "github.com/pulumi/pulumi/sdk/v3",
];

test("modules that are built together require the same versions, so that a package is compiled once", async () => {
  const required = new Map<string, Set<string>>();
  for (const name of ["cluster", "flux", "flux-images", "pulumi", "pulumi-resource-kubernetes"]) {
    for (const [, path = "", version = ""] of (await goMod(name)).matchAll(
      /^(?:require |\t)(\S+) (v\S+)(?: \/\/ indirect)?$/gm,
    )) {
      required.set(path, (required.get(path) ?? new Set()).add(version));
    }
  }
  expect(required.size).toBeGreaterThan(500);
  const differing = [...required].filter(([, found]) => found.size > 1).map(([path]) => path);
  expect(differing.sort()).toEqual(ownVersions);
});

test("no committed module names a folder of the machine that it was made on", async () => {
  for (const { name } of modules) expect(await goMod(name)).not.toMatch(/=>\s*[./]/);
});

test("the release's version is linked in, and builds are the same in every folder", () => {
  expect(installArguments(moduleOf(tools.flux))).toEqual([
    "install",
    "-v",
    "-trimpath",
    "-gcflags=all=-dwarf=false",
    "-ldflags",
    `-s -w -X main.VERSION=${versions.flux}`,
  ]);
});

test("a module that needs a C compiler names its build tags", () => {
  expect(installArguments(moduleOf(tools.minikube))).toEqual(
    expect.arrayContaining(["-tags", "libvirt_without_lxc,libvirt_dlopen"]),
  );
});

test("another go.sum, platform or manifest pin is another place in the cache", async () => {
  // GIVEN
  const folder = await tempFolder();
  await cp(committedModules, folder, { recursive: true });
  const slot = async (platform: Parameters<typeof sourceSlot>[2] = linux) =>
    sourceSlot(tools.flux, await moduleDigest(moduleOf(tools.flux), folder), platform).key;
  const before = await slot();
  // WHEN, THEN
  expect(await slot({ os: "linux", arch: "arm64" })).not.toBe(before);
  await writeFile(join(folder, "flux-manifests", "README.md"), "no pin");
  expect(await slot()).toBe(before);
  await writeFile(join(folder, "flux-manifests", "go.sum"), "other");
  const other = await slot();
  expect(other).not.toBe(before);
  await writeFile(join(folder, "flux", "bundle", "main.go"), "package main");
  expect(await slot()).not.toBe(other);
});
