import { join } from "node:path";
import type { Go } from "./go-command.js";
import type { GoModule } from "./go-modules.js";

/** Options of {@link prefetch}. */
export interface Prefetch {
  readonly go: Go;
  readonly modulesFolder: string;
  readonly modules: readonly GoModule[];
}

/**
 * Downloads the dependencies of later builds while the first build compiles.
 *
 * Errors are ignored: the build of the module downloads again and reports them.
 */
export async function prefetch({ go, modulesFolder, modules }: Prefetch): Promise<void> {
  for (const { name, cgo, patch } of modules) {
    const tags = cgo ? ["-tags", cgo.join(",")] : [];
    // -e: files that a patch generates do not exist yet.
    await go.run(["list", "-e", "-deps", ...tags, "-f", "", "tool"], join(modulesFolder, name)).catch(() => {});
    if (patch !== "flux-manifests") continue;
    await go.run(["mod", "download"], join(modulesFolder, patch)).catch(() => {});
  }
}
