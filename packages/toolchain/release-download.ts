import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import type { Download } from "./http.js";
import type { PublishedChecksum, Release } from "./releases.js";

/** A release that is one file at one URL. */
export type DownloadableRelease = Extract<Release, { kind: "file" | "archive" }>;

/**
 * Downloads a release, compares it with its published checksum and extracts files from it.
 *
 * @param members paths of the files inside an archive; a plain file is its own only member
 * @returns the extracted file of each member
 * @throws Error when the vendor publishes no such file or the checksum differs
 */
export async function fetchRelease(
  release: DownloadableRelease,
  members: readonly string[],
  { http, folder, onBytes, signal }: Download,
): Promise<ReadonlyMap<string, string>> {
  const name = basename(new URL(release.url).pathname);
  const { checksum } = release;
  const expected =
    checksum.form === "pinned" ? checksum.sha256 : findChecksum(checksum, await http.text(checksum.url, signal), name);
  const file = join(folder, "download");
  const { sha256 } = await http.download(release.url, file, onBytes, { signal: signal ?? null });
  if (sha256 !== expected) {
    await rm(file, { force: true });
    const source = checksum.form === "pinned" ? "packages/toolchain/pinned-checksums.ts" : checksum.url;
    throw new Error(`${release.url} has SHA-256 ${sha256}, but ${source} says ${expected}`);
  }
  if (release.kind === "file") {
    const [member = name] = members;
    const path = join(folder, "file");
    await rename(file, path);
    return new Map([[member, path]]);
  }
  const extractMembers = release.format === "zip" ? takeFromZip : takeFromTar;
  const found = await extractMembers(file, members, folder);
  for (const member of members) {
    if (!found.has(member)) throw new Error(`${release.url} contains no ${member}`);
  }
  await rm(file, { force: true });
  return found;
}

/**
 * Finds the SHA-256 of one file in the checksums that the vendor published.
 *
 * @throws Error when the file is not listed
 */
export function findChecksum(checksum: PublishedChecksum, text: string, name: string): string {
  const found = {
    bare: () => text.trim().split(/\s+/)[0],
    list: () => {
      const line = text.split("\n").find((each) => each.trim().split(/\s+\*?(?:\.\/)?/)[1] === name);
      return line?.trim().split(/\s+/)[0];
    },
    "github-asset": () => assetDigest(text, name),
  }[checksum.form]();
  if (!found || !/^[0-9a-f]{64}$/i.test(found)) throw new Error(`${checksum.url} contains no SHA-256 of ${name}`);
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
 * Extracts regular files from a tar archive, which may be compressed with gzip. Nothing else is written.
 *
 * @returns the extracted file of each member that was found
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
