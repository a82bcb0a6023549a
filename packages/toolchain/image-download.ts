import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Response } from "undici";
import { z } from "zod";
import type { Platform } from "./go-platform.js";
import { AnswerError, type Download, type Http, type OnBytes } from "./http.js";
import { takeFromTar } from "./release-download.js";
import type { Release } from "./releases.js";

/** A release that is an image in a registry. */
export type ImageRelease = Extract<Release, { kind: "image" }>;

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});
const indexSchema = z.object({ manifests: z.array(descriptor) });
const manifestSchema = z.object({ layers: z.array(descriptor) });

const INDEXES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
] as const;
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/**
 * Extracts one file from an image. It reads the tag's index, the platform's manifest and the layers
 * from the last one down, and compares each with its digest. It needs neither a container engine
 * nor an account.
 *
 * @returns the extracted file
 * @throws Error when the image does not exist, does not contain the file or does not match its digests
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export async function fetchFromImage(
  release: ImageRelease,
  platform: Platform,
  { http, folder, onBytes, signal }: Download,
): Promise<string> {
  const registry = new Registry(http, release, signal);
  const layers = await registry.layers(platform);
  for (const [index, layer] of layers.toReversed().entries()) {
    const file = join(folder, `layer-${index}`);
    await registry.blob(layer, file, onBytes);
    const found = (await takeFromTar(file, [release.member], folder)).get(release.member);
    await rm(file, { force: true });
    if (found) return found;
  }
  throw new Error(`${registry.name} contains no /${release.member}`);
}

class Registry {
  readonly name: string;
  private authorization: string | undefined;

  constructor(
    private readonly http: Http,
    private readonly release: ImageRelease,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.name = `${new URL(release.registry).host}/${release.repository}:${release.tag}`;
  }

  async layers(platform: Platform): Promise<string[]> {
    const top = await this.manifest(this.release.tag, undefined);
    const index = indexSchema.safeParse(top);
    if (!index.success) return layersOf(top);
    const wanted = index.data.manifests.find(
      (each) => each.platform?.os === platform.os && each.platform.architecture === platform.arch,
    );
    if (!wanted) throw new Error(`${this.name} has no image for ${platform.os}/${platform.arch}`);
    return layersOf(await this.manifest(wanted.digest, wanted.digest));
  }

  async blob(digest: string, file: string, onBytes: OnBytes): Promise<void> {
    const url = this.url("blobs", digest);
    const { sha256 } = await this.http.download(url, file, onBytes, this.init());
    if (`sha256:${sha256}` !== digest) throw new Error(`${url} has the digest sha256:${sha256}`);
  }

  // Only a header of the registry says which digest the tag names; everything below the manifest is
  // checked by digest.
  private async manifest(reference: string, digest: string | undefined): Promise<unknown> {
    const response = await this.authorized(this.url("manifests", reference), [...INDEXES, ...MANIFESTS].join(", "));
    const expected = digest ?? response.headers.get("docker-content-digest") ?? undefined;
    const body = Buffer.from(await response.arrayBuffer());
    const actual = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (expected && actual !== expected) throw new Error(`${this.name}: manifest has ${actual}, expected ${expected}`);
    return JSON.parse(body.toString("utf8"));
  }

  private async authorized(url: string, accept: string): Promise<Response> {
    try {
      return await this.http.get(url, this.init({ accept }));
    } catch (error) {
      if (!(error instanceof AnswerError) || error.status !== 401 || this.authorization) throw error;
      this.authorization = `Bearer ${await this.token(error)}`;
      return this.http.get(url, this.init({ accept }));
    }
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  private async token(challenge: AnswerError): Promise<string> {
    const fields = new Map(
      [...(challenge.response.headers.get("www-authenticate") ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(
        ([, name = "", value = ""]) => [name, value],
      ),
    );
    const realm = fields.get("realm");
    if (!realm) throw challenge;
    const url = new URL(realm);
    for (const name of ["service", "scope"]) url.searchParams.set(name, fields.get(name) ?? "");
    const answer = JSON.parse(await this.http.text(url.href, this.signal)) as { token?: string; access_token?: string };
    const token = answer.token ?? answer.access_token;
    if (!token) throw new Error(`${url.origin} issued no anonymous token`);
    return token;
  }

  private init(headers: Record<string, string> = {}) {
    const authorization = this.authorization ? { authorization: this.authorization } : {};
    return { headers: { ...headers, ...authorization }, signal: this.signal ?? null };
  }

  private url(kind: "blobs" | "manifests", reference: string): string {
    return `${this.release.registry}/v2/${this.release.repository}/${kind}/${reference}`;
  }
}

function layersOf(manifest: unknown): string[] {
  return manifestSchema.parse(manifest).layers.map(({ digest }) => digest);
}
