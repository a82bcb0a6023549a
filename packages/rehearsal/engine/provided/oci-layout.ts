import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { type Chart, digestOf, readChart } from "./chart.js";
import { type Images, MANIFEST, mediaTypes, type TaggedImage } from "./registry-images.js";

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly mediaType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  /** Of an index. */
  readonly manifests?: readonly Descriptor[];
}

/**
 * Annotation with an image's tag or full name.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.0/annotations.md
 */
const REF_NAME = "org.opencontainers.image.ref.name";

/**
 * Whether a folder is an OCI image layout.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md
 */
export function isLayout(folder: string): boolean {
  return existsSync(join(folder, "oci-layout")) && existsSync(join(folder, "index.json"));
}

/** Reads an OCI image layout. @throws UserError when a file is missing or does not match its digest */
export function readLayout(folder: string): Images {
  const tagged: TaggedImage[] = [];
  const manifests = new Map<string, { mediaType: string; content: Buffer }>();
  const blobs = new Map<string, Buffer>();
  const take = ({ digest, mediaType, annotations }: Descriptor): void => {
    const content = blobOf(folder, digest);
    const manifest = json<Manifest>(content, folder);
    manifests.set(digest, { mediaType: manifest.mediaType ?? mediaType ?? MANIFEST, content });
    for (const one of manifest.manifests ?? []) take(one);
    for (const one of [manifest.config, ...(manifest.layers ?? [])])
      if (one) blobs.set(one.digest, blobOf(folder, one.digest));
    const chart = manifest.config?.mediaType === mediaTypes.helmConfig ? chartName(blobs, manifest.config, folder) : {};
    const tag = tagIn(annotations?.[REF_NAME]) ?? chart.version?.replaceAll("+", "_");
    if (tag !== undefined) tagged.push({ ...(chart.name !== undefined && { chart: chart.name }), tag, digest });
  };
  for (const one of json<Manifest>(readFileSync(join(folder, "index.json")), folder).manifests ?? []) take(one);
  return { tagged, manifests, blobs };
}

/** Charts of a layout as packages, for a Helm repository that is not a registry. */
export async function chartsIn({ manifests, blobs }: Images, where: string): Promise<Chart[]> {
  const layers = [...manifests.values()]
    .flatMap(({ content }) => json<Manifest>(content, where).layers ?? [])
    .filter(({ mediaType }) => mediaType === mediaTypes.helmChart);
  const charts = await Promise.all(layers.map(async ({ digest }) => readChart(blobs.get(digest) as Buffer, where)));
  return charts.filter((one) => one !== undefined);
}

function chartName(blobs: ReadonlyMap<string, Buffer>, { digest }: Descriptor, where: string) {
  return json<{ name?: string; version?: string }>(blobs.get(digest) as Buffer, where);
}

/** `1.2.3` of `1.2.3` and of `registry.example.com/charts/web:1.2.3`. */
function tagIn(name: string | undefined): string | undefined {
  return name === undefined || !name.includes("/") ? name : /:([^:/@]+)(@[^@]*)?$/.exec(name)?.[1];
}

function blobOf(folder: string, digest: string): Buffer {
  const [algorithm = "", hex = ""] = digest.split(":");
  const file = join(folder, "blobs", algorithm, hex);
  const safe = /^[a-z0-9]+$/.test(algorithm) && /^[a-f0-9]+$/.test(hex);
  const content = safe && existsSync(file) ? readFileSync(file) : undefined;
  if (content && (algorithm !== "sha256" || digestOf(content) === digest)) return content;
  throw new UserError(`the OCI image layout ${content ? "does not match" : "lacks"} ${digest}`, folder, FIX, {
    code: "TIM-622",
  });
}

const FIX = "create it again, for example with `skopeo copy docker://NAME oci:DIR:TAG`";

function json<T>(content: Buffer, where: string): T {
  try {
    return JSON.parse(content.toString()) as T;
  } catch (cause) {
    throw new UserError("the OCI image layout has a manifest that is not JSON", where, FIX, { code: "TIM-623", cause });
  }
}
