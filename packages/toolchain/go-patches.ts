import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { versions } from "@timonier/kit/versions";
import type { Go } from "./go-command.js";
import { buildFlags, type PatchName } from "./go-modules.js";

/** A module, and the writable copy that replaces it. */
interface Replacement {
  readonly module: string;
  readonly folder: string;
}

/** Folders and tools of a patch. */
interface PatchPlace {
  readonly go: Go;
  /** Copy of the module that builds the tool, with its go.mod and go.sum. */
  readonly moduleFolder: string;
  /** The committed modules. */
  readonly modulesFolder: string;
  /** Empty folder for the writable copy. */
  readonly folder: string;
}

const fluxModule = "github.com/fluxcd/flux2/v2";
const kubernetesPlugin = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** Go modules of the controllers, by the names that `flux install` uses. */
const fluxControllers: Readonly<Record<string, string>> = {
  "helm-controller": "github.com/fluxcd/helm-controller",
  "image-automation-controller": "github.com/fluxcd/image-automation-controller",
  "image-reflector-controller": "github.com/fluxcd/image-reflector-controller",
  "kustomize-controller": "github.com/fluxcd/kustomize-controller",
  "notification-controller": "github.com/fluxcd/notification-controller",
  "source-controller": "github.com/fluxcd/source-controller",
  "source-watcher": "github.com/fluxcd/source-watcher/v2",
};

/**
 * Each patch generates the files that the repository's Makefile generates before a release, or
 * changes imports.
 */
export const patches: Readonly<Record<PatchName, (place: PatchPlace) => Promise<Replacement>>> = {
  "flux-manifests": async ({ go, moduleFolder, modulesFolder, folder }) => {
    const flux = await writableModule(go, moduleFolder, fluxModule, join(folder, "flux2"));
    const sources = await downloadModules(go, join(modulesFolder, "flux-manifests"), Object.values(fluxControllers));
    const controllers = Object.entries(fluxControllers).map(([name, module]) => `${name}=${sources.get(module)}`);
    await go.run(["run", ...buildFlags, "./bundle", flux.folder, ...controllers], moduleFolder);
    return flux;
  },
  "kubernetes-plugin": async ({ go, moduleFolder, folder }) => {
    const plugin = await writableModule(go, moduleFolder, kubernetesPlugin, join(folder, "provider"));
    const main = join(plugin.folder, "cmd", "pulumi-resource-kubernetes");
    const schema = await readJson(join(main, "schema.json"));
    const mapping = await readJson(join(main, "terraform-mapping.json"));
    await writeFile(join(main, "schema-embed.json"), JSON.stringify({ ...schema, version: versions.pulumiKubernetes }));
    await writeFile(join(main, "terraform-mapping-embed.json"), JSON.stringify(mapping));
    // The only package that needs libraries of Kubernetes 1.35: with 1.36 the plugin shares
    // compiled packages with `cluster`.
    await replaceIn(
      join(plugin.folder, "pkg", "await", "await.go"),
      "structured-merge-diff/v4",
      "structured-merge-diff/v6",
    );
    return plugin;
  },
};

async function writableModule(go: Go, cwd: string, module: string, folder: string): Promise<Replacement> {
  const source = (await downloadModules(go, cwd, [module])).get(module);
  if (!source) throw new Error(`go mod download did not report the folder of ${module}`);
  await copyWritable(source, folder);
  return { module, folder };
}

/** Downloads modules, which Go compares with go.sum. @returns the folder of each */
async function downloadModules(go: Go, cwd: string, modules: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const output = await go.run(["mod", "download", "-json", ...modules], cwd);
  // The output is a sequence of JSON objects, one for each module.
  const objects = JSON.parse(`[${output.trim().replace(/^\}\s*^\{/gm, "},{")}]`) as { Path: string; Dir: string }[];
  return new Map(objects.map(({ Path, Dir }) => [Path, Dir]));
}

// Files in the module cache are read-only, and a plain copy would be read-only too.
async function copyWritable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyWritable(source, target);
    else {
      await copyFile(source, target);
      await chmod(target, 0o644);
    }
  }
}

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
  await writeFile(file, text.replaceAll(from, to));
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
}
