import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** Linux's file system in memory, which is there for every program. */
const SHARED_MEMORY = "/dev/shm";

/** Below this it is one of a container's, or nearly full: a tree that does not fit would look like one that Flux refuses. Bytes. */
const ENOUGH = 2 * 1024 ** 3;

/**
 * Where the Flux controllers unpack: kustomize-controller the whole tree, once for each Kustomization. In memory where there is room:
 * on ext4 a file was seen to cost 8 to 14 times as much to make where many were deleted before (decision 0107).
 */
export function scratchFolder(layout: RehearsalLayout): string {
  const own = join(layout.flux, "tmp");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const folder = inMemory(layout);
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize < ENOUGH) return own;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The name can be guessed: whoever else made it does not get to see, or to change, what is unpacked there.
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o170077) === 0o040000 ? folder : own;
  } catch {
    return own;
  }
}

/** Deletes what was unpacked in memory; what is somebody else's stays. */
export function removeScratch(layout: RehearsalLayout): void {
  try {
    rmSync(inMemory(layout), { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Not ours, or a controller that is about to end still writes: the next time.
  }
}

function inMemory({ root }: RehearsalLayout): string {
  const name = createHash("sha256").update(`${process.getuid?.()} ${root}`).digest("hex").slice(0, 12);
  return join(SHARED_MEMORY, `timonier-rehearsal-${name}`);
}
