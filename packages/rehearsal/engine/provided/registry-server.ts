import type { IncomingMessage, ServerResponse } from "node:http";
import { archiveName, indexOf } from "./helm-index.js";
import type { ProvidedSource } from "./provided-sources.js";
import { ANY_TAG, type TaggedImage } from "./registry-images.js";

/** A response to a controller. */
export interface RegistryResponse {
  readonly status: number;
  readonly type?: string;
  readonly content: Buffer;
  /** Of a manifest or a blob. */
  readonly digest?: string;
}

/** Handles requests of the controllers: Helm repositories below `/charts`, the API of an OCI registry below `/v2`. */
export function serveProvided(
  sources: readonly ProvidedSource[],
  request: Pick<IncomingMessage, "method" | "url">,
  response: ServerResponse,
): void {
  const { status, type, content, digest } = respond(sources, request.method ?? "GET", request.url ?? "");
  response.writeHead(status, {
    "Content-Length": content.length,
    ...(type !== undefined && { "Content-Type": type }),
    ...(digest !== undefined && { "Docker-Content-Digest": digest }),
  });
  response.end(request.method === "HEAD" ? undefined : content);
}

/** Exported for its test. */
export function respond(sources: readonly ProvidedSource[], method: string, url: string): RegistryResponse {
  if (method !== "GET" && method !== "HEAD") return { status: 405, content: Buffer.alloc(0) };
  const path = decoded(url.split("?")[0] ?? "");
  const [, id, file] = /^\/charts\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (id !== undefined && file !== undefined) return ofHelm(sourceOf(sources, id), file);
  if (/^\/v2\/?$/.test(path)) return json(200, {});
  const [, how, source, name = "", what, ref = ""] =
    /^\/v2\/(h|o)\/([^/]+)\/(.+?)\/(manifests|blobs|tags)\/([^/]+)$/.exec(path) ?? [];
  if (source === undefined || what === undefined) return json(404, errorOf("NAME_UNKNOWN", path));
  const found = sourceOf(sources, source);
  if (!found) return json(404, errorOf("NAME_UNKNOWN", name));
  const images = imagesNamed(found, name, how === "o");
  if (what === "tags") return json(200, { name, tags: [...new Set(images.map(({ tag }) => tag))].sort() });
  return what === "blobs" ? blob(found, ref) : manifest(found, images, ref);
}

function sourceOf(sources: readonly ProvidedSource[], id: string): ProvidedSource | undefined {
  return sources.find((one) => one.id === id);
}

function ofHelm(source: ProvidedSource | undefined, file: string): RegistryResponse {
  const charts = source?.content.charts ?? [];
  if (source && file === "index.yaml")
    return { status: 200, type: "application/yaml", content: Buffer.from(indexOf(charts)) };
  const chart = charts.find((one) => archiveName(one) === file);
  return chart
    ? { status: 200, type: "application/gzip", content: chart.archive }
    : { status: 404, content: Buffer.from(`there is no ${file} in ${source?.path ?? "the given files"}\n`) };
}

/**
 * Images of a repository. A Helm repository has one image for each chart. An OCIRepository has one
 * image, independent of its name in the URL, unless its files contain several charts.
 */
function imagesNamed({ content }: ProvidedSource, name: string, isOne: boolean): readonly TaggedImage[] {
  const { tagged } = content.images;
  const own = name.split("/").at(-1);
  const charts = new Set(tagged.flatMap(({ chart }) => chart ?? []));
  if (isOne && charts.size < 2) return tagged;
  return tagged.filter(({ chart }) => chart === own);
}

function manifest({ content, path }: ProvidedSource, images: readonly TaggedImage[], ref: string): RegistryResponse {
  const byTag = images.find(({ tag }) => tag === ref || tag === ANY_TAG)?.digest;
  const digest = ref.startsWith("sha256:") ? ref : byTag;
  const found = digest === undefined ? undefined : content.images.manifests.get(digest);
  if (!found || digest === undefined) return json(404, errorOf("MANIFEST_UNKNOWN", `${path} has no ${ref}`));
  return { status: 200, type: found.mediaType, content: found.content, digest };
}

function blob({ content }: ProvidedSource, digest: string): RegistryResponse {
  const found = content.images.blobs.get(digest);
  if (!found) return json(404, errorOf("BLOB_UNKNOWN", digest));
  return { status: 200, type: "application/octet-stream", content: found, digest };
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes */
function errorOf(code: string, message: string) {
  return { errors: [{ code, message }] };
}

function json(status: number, body: unknown): RegistryResponse {
  return { status, type: "application/json", content: Buffer.from(JSON.stringify(body)) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
