import { join } from "node:path";
import type { Go } from "./go-command.js";
import type { GoModule } from "./go-modules.js";

/** Modules whose dependencies are downloaded, and how. */
export interface Prefetch {
  readonly go: Go;
  readonly modulesFolder: string;
  readonly modules: readonly GoModule[];
}

/**
 * Downloads what later builds need while the first one compiles, module after module.
 *
 * Errors are ignored: the build of the module asks again and reports them.
 */
export async function prefetch({ go, modulesFolder, modules }: Prefetch): Promise<void> {
  for (const { name, cgo, patch } of modules) {
    const tags = cgo ? ["-tags", cgo.join(",")] : [];
    // -e: a patch makes embedded files only when the module is built.
    await go.run(["list", "-e", "-deps", ...tags, "-f", "", "tool"], join(modulesFolder, name)).catch(() => {});
    if (patch !== "flux-manifests") continue;
    await go.run(["mod", "download"], join(modulesFolder, patch)).catch(() => {});
  }
}
