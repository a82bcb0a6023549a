import { constants, existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uniqueSuffix } from "@timonier/toolchain/cache";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** How many bases are stored. The one that was unused for the longest time is deleted first. */
const STORED_BASES = 6;

/** Key of the cluster that holds Flux's definitions only. */
export const EMPTY = "empty";

export function hasBase(layout: RehearsalLayout, key: string): boolean {
  return existsSync(join(layout.bases, key, "state.json"));
}

/**
 * Stores the files of etcd and source-controller. The processes must be frozen: the files are then
 * as after a kill, from which both can start.
 */
export async function saveBase(layout: RehearsalLayout, key: string, state: unknown, registry: unknown): Promise<void> {
  const draft = join(layout.bases, `.${key}-${uniqueSuffix()}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await copy(layout.etcd, join(draft, "etcd"));
  await copy(layout.artifacts, join(draft, "artifacts"));
  await writeFile(join(draft, "registry.json"), JSON.stringify(registry), { mode: 0o600 });
  await writeFile(join(draft, "state.json"), JSON.stringify(state), { mode: 0o600 });
  await rm(join(layout.bases, key), { recursive: true, force: true });
  await rename(draft, join(layout.bases, key));
  await forget(layout, key);
}

/** The state that was stored with a base. The base counts as used now. */
export async function readBase<T>(layout: RehearsalLayout, key: string): Promise<T> {
  const file = join(layout.bases, key, "state.json");
  utimesSync(file, new Date(), new Date());
  return JSON.parse(await readFile(file, "utf8")) as T;
}

/** The objects that etcd held at a base. */
export async function readRegistryOf<T>(layout: RehearsalLayout, key: string): Promise<T> {
  return JSON.parse(await readFile(join(layout.bases, key, "registry.json"), "utf8")) as T;
}

/** Restores a base's files. No process of the cluster may run. */
export async function restoreBase(layout: RehearsalLayout, key: string): Promise<void> {
  await rm(layout.etcd, { recursive: true, force: true, maxRetries: 3 });
  await copy(join(layout.bases, key, "etcd"), layout.etcd);
  await restoreArtifacts(layout, key);
}

/** Restores a base's artifacts. No Flux controller may run. */
export async function restoreArtifacts(layout: RehearsalLayout, key: string): Promise<void> {
  await rm(layout.artifacts, { recursive: true, force: true, maxRetries: 3 });
  await copy(join(layout.bases, key, "artifacts"), layout.artifacts);
}

async function copy(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await cp(from, to, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE });
}

async function forget(layout: RehearsalLayout, newest: string): Promise<void> {
  const used = (name: string) =>
    statSync(join(layout.bases, name, "state.json"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const kept = readdirSync(layout.bases).filter((name) => name !== EMPTY && name !== newest);
  const old = kept.sort((one, other) => used(other) - used(one)).slice(STORED_BASES - 1);
  await Promise.all(old.map((name) => rm(join(layout.bases, name), { recursive: true, force: true })));
}
