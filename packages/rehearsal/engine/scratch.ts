import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** Linux's file system in memory. */
const SHARED_MEMORY = "/dev/shm";

/**
 * Less space means a container's small one, or a full one: a tree that does not fit would look like
 * one that Flux rejects. Bytes.
 */
const ENOUGH = 2 * 1024 ** 3;

/**
 * Folder in which the Flux controllers unpack artifacts: kustomize-controller unpacks the tree for
 * each Kustomization. In memory if there is space: creating a file on ext4 took 8 to 14 times as
 * long after many deletions (decision 0107).
 */
export function scratchFolder(layout: RehearsalLayout): string {
  const own = join(layout.flux, "tmp");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const folder = inMemory(layout);
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize < ENOUGH) return own;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The name can be guessed, so a folder that another user created or can read is not used.
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o170077) === 0o040000 ? folder : own;
  } catch {
    return own;
  }
}

/** Deletes the folder in memory, unless it belongs to another user. */
export function removeScratch(layout: RehearsalLayout): void {
  try {
    rmSync(inMemory(layout), { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // It belongs to another user, or a controller that ends still writes to it.
  }
}

function inMemory({ root }: RehearsalLayout): string {
  const name = createHash("sha256").update(`${process.getuid?.()} ${root}`).digest("hex").slice(0, 12);
  return join(SHARED_MEMORY, `timonier-rehearsal-${name}`);
}
