import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { create } from "tar";
import { cacheRoot, keyOf } from "../../../packages/toolchain/cache.js";
import type { Platform } from "../../../packages/toolchain/go-platform.js";

/** What a file of an image is: a copy of one of this machine's, a link, or a text. */
export type Content = { readonly copy: string } | { readonly link: string } | { readonly text: string };

/** An image of one layer. */
export interface ImageSpec {
  /** `registry.k8s.io/pause:3.10.1` */
  readonly name: string;
  /** By path, without a leading slash. */
  readonly files: Readonly<Record<string, Content>>;
  /** @default none */
  readonly folders?: readonly string[];
  readonly entrypoint: readonly string[];
  /** @default root */
  readonly user?: string;
}

/**
 * The image as an archive that `ctr images import` reads; the same content is made once.
 *
 * @returns its path
 * @see https://github.com/moby/docker-image-spec/blob/main/spec.md
 */
export async function imageArchive(spec: ImageSpec, platform: Platform): Promise<string> {
  const sources = await Promise.all(Object.values(spec.files).map(stampOf));
  const label = spec.name.replace(/[^\w.-]/g, "_");
  const target = join(cacheRoot(process.env), "minikube-lane", "images", `${label}-${keyOf([spec, sources])}.tar`);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(join(dirname(target), "work-"));
  try {
    const root = join(work, "root");
    for (const folder of spec.folders ?? []) await mkdir(join(root, folder), { recursive: true });
    for (const [path, content] of Object.entries(spec.files)) await put(join(root, path), content);
    await create({ file: join(work, "layer.tar"), cwd: root, portable: true }, ["."]);
    const config = {
      architecture: platform.arch,
      os: "linux",
      config: {
        Entrypoint: spec.entrypoint,
        Env: ["PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin"],
        ...(spec.user && { User: spec.user }),
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${await digestOf(join(work, "layer.tar"))}`] },
    };
    await writeFile(join(work, "config.json"), JSON.stringify(config));
    const manifest = [{ Config: "config.json", RepoTags: [spec.name], Layers: ["layer.tar"] }];
    await writeFile(join(work, "manifest.json"), JSON.stringify(manifest));
    const archive = join(work, "image.tar");
    await create({ file: archive, cwd: work, portable: true }, ["manifest.json", "config.json", "layer.tar"]);
    await rename(archive, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

async function put(path: string, content: Content): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if ("copy" in content) await copyFile(content.copy, path);
  else if ("link" in content) await symlink(content.link, path);
  else await writeFile(path, content.text);
}

/** Changes when the file does. */
async function stampOf(content: Content): Promise<string> {
  if (!("copy" in content)) return "";
  const { size, mtimeMs } = await stat(content.copy);
  return `${size}-${mtimeMs}`;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  if ((await stat(file)).size < 1 << 20) return hash.update(await readFile(file)).digest("hex");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
