// A machine that reaches the vendors builds nothing: a local server publishes the tools of this
// machine in the vendors' layouts.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, readdir, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toolNamesOf } from "../../infra/cluster/kinds.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { platformOf } from "../../packages/toolchain/go-platform.js";
import { type Checksum, type PublishedChecksum, releaseOf } from "../../packages/toolchain/releases.js";
import { type ToolName, tools } from "../../packages/toolchain/tools.js";
import { VendorStandIn } from "../unit/packages/toolchain/vendor-stand-in.js";
import { toolFolder } from "./cluster-support.js";

// Controllers are published as images for Linux only; this test serves amd64 and arm64 alike.
const platform = platformOf("linux", process.arch) ?? { os: "linux", arch: "amd64" };
const names = toolNamesOf("embedded");
let folder: string;
let vendor: VendorStandIn;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "timonier-vendor-"));
  vendor = await new VendorStandIn().start();
});
afterAll(async () => {
  await vendor.stop();
  await rm(folder, { recursive: true, force: true });
});

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

const pathOf = (url: string) => new URL(url).pathname;

/** Checksums are pinned for the vendors' own servers only. */
function published(checksum: Checksum): PublishedChecksum {
  if (checksum.form === "pinned") throw new Error("a pinned checksum for another server");
  return checksum;
}

/** Packs tools under their paths inside an archive. */
async function pack(file: string, members: ReadonlyMap<string, ToolName>): Promise<string> {
  const root = `${file}.root`;
  for (const [member, name] of members) {
    await mkdir(dirname(join(root, member)), { recursive: true });
    const source = await realpath(join(toolFolder, name));
    await link(source, join(root, member)).catch(() => copyFile(source, join(root, member)));
  }
  await create({ file, cwd: root, gzip: { level: 1 } }, [...members.keys()]);
  await rm(root, { recursive: true });
  return file;
}

/** Publishes all tools. */
async function publish(): Promise<void> {
  const { origin, answers } = vendor;
  const hosts = { github: origin, githubApi: `${origin}/api`, kubernetes: origin, images: origin };
  const archives = new Map<string, { checksum: PublishedChecksum; members: Map<string, ToolName> }>();
  const assets: { name: string; digest: string }[] = [];
  for (const name of names) {
    const release = releaseOf(tools[name], platform, hosts);
    if (release.kind === "none") throw new Error(release.reason);
    if (release.kind === "archive") {
      const archive = archives.get(release.url) ?? { checksum: published(release.checksum), members: new Map() };
      archive.members.set(release.member, name);
      archives.set(release.url, archive);
    } else if (release.kind === "file") {
      const file = await realpath(join(toolFolder, name));
      const digest = await digestOf(file);
      answers.set(pathOf(release.url), { file });
      const checksum = published(release.checksum);
      if (checksum.form === "bare") answers.set(pathOf(checksum.url), { body: digest });
      else {
        assets.push({ name: pathOf(release.url).split("/").at(-1) ?? "", digest: `sha256:${digest}` });
        answers.set(pathOf(checksum.url), { body: JSON.stringify({ assets }) });
      }
    } else {
      const layer = await pack(join(folder, `${name}.layer`), new Map([[release.member, name]]));
      const digest = `sha256:${await digestOf(layer)}`;
      const layers = [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest }];
      const base = `/v2/${release.repository}`;
      const headers = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
      answers.set(`${base}/manifests/${release.tag}`, { body: JSON.stringify({ layers }), headers });
      answers.set(`${base}/blobs/${digest}`, { file: layer });
    }
  }
  for (const [url, { checksum, members }] of archives) {
    const file = await pack(join(folder, `${answers.size}.tar.gz`), members);
    answers.set(pathOf(url), { file });
    const line = `${await digestOf(file)}  ${pathOf(url).split("/").at(-1)}\n`;
    answers.set(pathOf(checksum.url), { body: line });
  }
}

test("all tools come from the vendors in seconds, and nothing is built", async () => {
  // GIVEN
  await publish();
  const { origin } = vendor;
  const hosts = { github: origin, githubApi: `${origin}/api`, kubernetes: origin, images: origin };
  const lines: string[] = [];
  const cache = join(folder, "cache");
  const env = { PATH: "/usr/bin:/bin", HOME: folder, TIMONIER_CACHE: cache, TIMONIER_TOOLS_FROM: "vendor,source" };
  const start = Date.now();
  // WHEN
  const found = await ensureTools(
    names,
    { binDir: join(folder, "bin"), progress: (line) => lines.push(line) },
    { env, hosts, platform },
  );
  // THEN
  const seconds = (Date.now() - start) / 1000;
  console.log(`${names.length} tools from the vendors: ${(vendor.bytes / 1e6).toFixed(0)} MB, ${seconds.toFixed(1)} s`);
  expect(lines.filter((line) => line.includes("building"))).toEqual([]);
  for (const name of names) {
    expect(found[name]).toContain("-vendor-");
    expect((await stat(found[name])).size).toBe((await stat(join(toolFolder, name))).size);
  }
  expect(await readdir(join(cache, "tools"))).toHaveLength(names.length);
  expect(seconds).toBeLessThan(120);
});
