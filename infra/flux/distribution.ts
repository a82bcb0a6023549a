import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Progress } from "../../core/progress.js";
import { StateFolder } from "../../core/state.js";
import { UserError } from "../../core/user-error.js";
import { ensureTools } from "../../embedded/toolchain/ensure.js";

/**
 * Flux's manifests as `flux install --export` of the pinned version prints them: the same bytes are installed, committed
 * and, from then on, followed.
 *
 * @param components controllers to install @default Flux's own choice
 * @throws UserError when flux cannot be had or run
 * @see https://fluxcd.io/flux/cmd/flux_install/
 */
export async function fluxManifests(progress: Progress, components: readonly string[] = []): Promise<string> {
  const { flux } = await ensureTools(["flux"], { binDir: new StateFolder().bin, progress });
  const choice = components.length > 0 ? [`--components=${components.join(",")}`] : [];
  try {
    const { stdout } = await promisify(execFile)(flux, ["install", "--export", ...choice], {
      maxBuffer: 16 << 20,
      timeout: 30_000,
    });
    return stdout;
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new UserError(
      "flux cannot print its manifests",
      flux,
      stderr?.trim() || "run it by hand: flux install --export",
      {
        cause,
      },
    );
  }
}
