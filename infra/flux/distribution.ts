import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "@timonier/kit/progress";
import { StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { ensureTools } from "@timonier/toolchain/ensure";
import writeFileAtomic from "write-file-atomic";
import { type Manifest, manifestsOf } from "./manifests.js";

/** Flux's own manifests, `gotk-components.yaml`. */
export interface FluxDistribution {
  /** As `flux install --export` prints them. */
  readonly text: string;
  /** The objects of {@link text}. */
  readonly objects: readonly Manifest[];
}

/**
 * Flux's manifests as `flux install --export` of the pinned version prints them. The same bytes are
 * installed and committed.
 *
 * Cached in the state folder: printing and parsing them takes half a second, and only another flux
 * prints others.
 *
 * @param components controllers to install @default Flux's own choice
 * @throws UserError when flux could not be obtained or fails
 * @see https://fluxcd.io/flux/cmd/flux_install/
 */
export async function fluxDistribution(
  progress: Progress,
  components: readonly string[] = [],
): Promise<FluxDistribution> {
  const state = new StateFolder();
  const { flux } = await ensureTools(["flux"], { binDir: state.bin, progress });
  return cachedDistribution(join(state.root, "flux"), { flux, components }, () => exported(flux, components));
}

/** What flux prints, and the objects in it. Cached for each flux and choice of components. */
export async function cachedDistribution(
  folder: string,
  { flux, components }: { readonly flux: string; readonly components: readonly string[] },
  print: () => Promise<string>,
): Promise<FluxDistribution> {
  const file = join(folder, `${await keyOf(flux, components)}.json`);
  const cached = await readCache(file);
  if (cached) return cached;
  const text = await print();
  const distribution = { text, objects: manifestsOf(text) };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, JSON.stringify(distribution), { mode: 0o600 });
  return distribution;
}

/** Key of the cache: it changes with the flux binary and with the components. */
async function keyOf(flux: string, components: readonly string[]): Promise<string> {
  const { size, mtimeMs } = await stat(flux);
  const given = JSON.stringify([flux, size, mtimeMs, components]);
  return createHash("sha256").update(given).digest("hex").slice(0, 16);
}

/** @returns undefined when the cache has no valid file */
async function readCache(file: string): Promise<FluxDistribution | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as FluxDistribution;
  } catch {
    return undefined;
  }
}

async function exported(flux: string, components: readonly string[]): Promise<string> {
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
      { code: "TIM-501", cause },
    );
  }
}
