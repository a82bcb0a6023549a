import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pLimit from "p-limit";
import { elapsed, type Progress } from "../../../packages/kit/progress.js";
import { versions } from "../../../packages/kit/versions.js";
import { cacheRoot, keyOf, ToolCache } from "../../../packages/toolchain/cache.js";
import { compilerMemory, thisMachine } from "../../../packages/toolchain/compiler-memory.js";
import { Go, goEnvironment } from "../../../packages/toolchain/go-command.js";
import type { Platform } from "../../../packages/toolchain/go-platform.js";
import { withLock } from "../../../packages/toolchain/lock.js";
import { withTimedProgress } from "../../../packages/toolchain/tool-lookup.js";

const here = dirname(dirname(fileURLToPath(import.meta.url)));

/** A committed Go module of the lane, and the programs that it builds. */
interface LaneModule {
  readonly name: string;
  readonly packages: readonly string[];
  /** Values for the linker's -X. */
  readonly linked: Readonly<Record<string, string>>;
}

const kubernetes = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"];
const node = ["kubeadm", "kubectl", "kubelet"];

/** The longest first: the others are built beside it. */
const modules: readonly LaneModule[] = [
  {
    name: "node",
    packages: [
      ...[...kubernetes, ...node].map((name) => `k8s.io/kubernetes/cmd/${name}`),
      "sigs.k8s.io/cri-tools/cmd/crictl",
    ],
    linked: {
      "k8s.io/component-base/version.gitVersion": `v${versions.laneKubernetes}`,
      "sigs.k8s.io/cri-tools/pkg/version.Version": `v${versions.laneCriTools}`,
    },
  },
  { name: "coredns", packages: ["github.com/coredns/coredns"], linked: {} },
  { name: "pause", packages: ["."], linked: {} },
];

/**
 * Everything that a node of the lane runs and that is a Go module, from the cache or built.
 *
 * @returns path of each program by its name
 */
export async function buildParts(platform: Platform, progress: Progress): Promise<ReadonlyMap<string, string>> {
  const folders = await pLimit(2).map(modules, (module) => build(module, platform, progress));
  const programs = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name): [string, string] => [name, join(folder, name)])),
  );
  return new Map(programs.flat());
}

async function build(module: LaneModule, platform: Platform, progress: Progress): Promise<string> {
  const values = Object.entries(module.linked).map(([name, value]) => `-X ${name}=${value}`);
  const args = ["install", "-v", "-trimpath", "-ldflags", ["-s", "-w", ...values].join(" "), ...module.packages];
  const cache = new ToolCache(cacheRoot(process.env));
  const key = keyOf([args, platform, await digest(module.name)]);
  const target = join(cache.root, "minikube-lane", `${module.name}-${key}`);
  if (existsSync(target)) return target;
  const job = `minikube-lane-${module.name}`;
  const what = `building ${job}`;
  await withLock({ file: await cache.lockFile(job), what, progress }, async (signal) => {
    if (existsSync(target)) return;
    const start = Date.now();
    await cache.work(job, async (folder) => {
      const source = join(folder, module.name);
      await cp(join(here, "modules", module.name), source, { recursive: true });
      const bin = join(folder, "bin");
      let compiled = 0;
      const memory = compilerMemory(process.env, thisMachine());
      const go = new Go({ ...goEnvironment(process.env, platform, cache.root), ...memory }, signal);
      await withTimedProgress(
        progress,
        () => `${job}: building from Go source, ${compiled} packages compiled`,
        () =>
          go.run(args, source, { GOBIN: bin }, (kind) => {
            compiled += kind === "compiled" ? 1 : 0;
          }),
      );
      await mkdir(dirname(target), { recursive: true });
      await rename(bin, target);
    });
    progress(`${job}: built in ${elapsed(start)}`);
  });
  return target;
}

async function digest(module: string): Promise<string> {
  const folder = join(here, "modules", module);
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).sort())
    hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest("hex");
}
