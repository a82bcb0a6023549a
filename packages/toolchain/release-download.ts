import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import type { Http, OnBytes } from "./http.js";
import type { Checksum, Release } from "./releases.js";

/** A release that is one file behind one address. */
export type DownloadableRelease = Extract<Release, { kind: "file" | "archive" }>;

/**
 * Downloads a release, holds it against its published checksum and takes the wanted files out of it.
 *
 * @param folder where to work; it is on the file system of the cache
 * @param members what is wanted from an archive, by path inside; a plain file is its own only member
 * @returns the file for each member
 * @throws Error when the vendor publishes no such file or the checksum differs
 */
export async function fetchRelease(
  http: Http,
  release: DownloadableRelease,
  members: readonly string[],
  folder: string,
  onBytes: OnBytes,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const name = basename(new URL(release.url).pathname);
  const expected = findChecksum(release.checksum, await http.text(release.checksum.url, signal), name);
  const file = join(folder, "download");
  const { sha256 } = await http.download(release.url, file, onBytes, { signal: signal ?? null });
  if (sha256 !== expected) {
    await rm(file, { force: true });
    throw new Error(`${release.url} has SHA-256 ${sha256}, but ${release.checksum.url} says ${expected}`);
  }
  if (release.kind === "file") {
    const [member = name] = members;
    const path = join(folder, "file");
    await rename(file, path);
    return new Map([[member, path]]);
  }
  const taken = release.format === "zip" ? takeFromZip : takeFromTar;
  const found = await taken(file, members, folder);
  for (const member of members) {
    if (!found.has(member)) throw new Error(`${release.url} holds no ${member}`);
  }
  await rm(file, { force: true });
  return found;
}

/**
 * The SHA-256 of one file in what the vendor published about it.
 *
 * @throws Error when it is not told
 */
export function findChecksum(checksum: Checksum, text: string, name: string): string {
  const found = {
    bare: () => text.trim().split(/\s+/)[0],
    list: () => {
      const line = text.split("\n").find((each) => each.trim().split(/\s+\*?(?:\.\/)?/)[1] === name);
      return line?.trim().split(/\s+/)[0];
    },
    "github-asset": () => assetDigest(text, name),
  }[checksum.form]();
  if (!found || !/^[0-9a-f]{64}$/i.test(found)) throw new Error(`${checksum.url} tells no SHA-256 of ${name}`);
  return found.toLowerCase();
}

function assetDigest(text: string, name: string): string | undefined {
  try {
    const { assets } = JSON.parse(text) as { assets?: readonly { name: string; digest?: string | null }[] };
    return assets?.find((asset) => asset.name === name)?.digest?.replace(/^sha256:/, "");
  } catch {
    return undefined;
  }
}

/**
 * Takes regular files out of a tar archive, compressed with gzip or not. Nothing else is written.
 *
 * @returns the file for each member that was found
 */
export async function takeFromTar(
  archive: string,
  members: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const unpacked = await mkdtemp(join(folder, "unpacked-"));
  await extract({
    file: archive,
    cwd: unpacked,
    strict: true,
    filter: (path, entry) => {
      const member = path.replace(/^\.?\//, "");
      if (!members.includes(member) || !("type" in entry) || entry.type !== "File") return false;
      found.set(member, join(unpacked, member));
      return true;
    },
  });
  return found;
}

// Only releases for macOS come as zip, and macOS has unzip.
async function takeFromZip(
  archive: string,
  members: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [index, member] of members.entries()) {
    const path = join(folder, `member-${index}`);
    await execa("unzip", ["-p", archive, member], { stdin: "ignore", stdout: { file: path } });
    found.set(member, path);
  }
  return found;
}
