import type { ChartSource } from "@timonier/kit/chart-source";
import { z } from "zod";
import { readArchive } from "./chart-archive.js";
import { chartContent, type DownloadedChart, invalidChart } from "./chart-content.js";
import { chooseVersion, notFound } from "./chart-version.js";
import { checkDigest } from "./digest.js";
import { type Answer, basic, type Credentials, read, refused } from "./http.js";

/** @see https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

const manifestSchema = z.object({ layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })) });
const tagsSchema = z.object({ tags: z.array(z.string()).nullable() });
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Downloads a chart from an OCI registry. The digest is that of its manifest, which Flux can pin. */
export async function fromRegistry(
  { url, plainHttp }: Extract<ChartSource, { kind: "oci" }>,
  wanted: string | undefined,
  credentials: Credentials | undefined,
): Promise<DownloadedChart> {
  const [, host = "", name = ""] = /^oci:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  // Docker Hub has another address for its API.
  const api = `${plainHttp ? "http" : "https"}://${host === "docker.io" ? "registry-1.docker.io" : host}/v2/${name}`;
  const registry = new Registry(credentials, plainHttp ?? false);
  const version = await versionIn(registry, api, url, wanted);
  // A tag cannot contain the + of a version.
  const answer = await registry.read(`${api}/manifests/${version.replaceAll("+", "_")}`, manifestType);
  if (answer.status !== 200) throw refused(answer, url);
  const digest = checkDigest(answer.content, answer.headers.get("docker-content-digest") ?? undefined, url);
  const { data } = manifestSchema.safeParse(jsonOf(answer));
  const layer = data?.layers.find(({ mediaType }) => mediaType === chartLayer);
  if (!layer) throw invalidChart("the image in the registry is not a Helm chart", url);
  const blob = await registry.read(`${api}/blobs/${layer.digest}`);
  if (blob.status !== 200) throw refused(blob, url);
  checkDigest(blob.content, layer.digest, url);
  return { content: chartContent(await readArchive(blob.content, url), url), version, digest };
}

async function versionIn(registry: Registry, api: string, url: string, wanted: string | undefined): Promise<string> {
  const answer = await registry.read(`${api}/tags/list`);
  if (answer.status === 404) throw notFound("the registry has no such chart", url, "check the address of the chart");
  if (answer.status !== 200) throw refused(answer, url);
  const tags = tagsSchema.safeParse(jsonOf(answer)).data?.tags ?? [];
  return chooseVersion(
    tags.map((tag) => tag.replaceAll("_", "+")),
    wanted,
    url,
  );
}

/** Requests to one registry, with the token that it asks for. */
class Registry {
  private authorization: string | undefined;

  constructor(
    private readonly credentials: Credentials | undefined,
    private readonly plainHttp: boolean,
  ) {}

  async read(url: string, accept?: string): Promise<Answer> {
    const first = await read(url, this.headers(accept));
    if (first.status !== 401 || this.authorization) return first;
    this.authorization = await this.authorize(first.headers.get("www-authenticate") ?? "");
    return this.authorization ? read(url, this.headers(accept)) : first;
  }

  private headers(accept: string | undefined): Record<string, string> {
    return { ...(accept && { Accept: accept }), ...(this.authorization && { Authorization: this.authorization }) };
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  private async authorize(challenge: string): Promise<string | undefined> {
    const own = this.credentials && basic(this.credentials);
    if (/^basic/i.test(challenge)) return own;
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = field("realm");
    if (!/^bearer/i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    for (const name of ["service", "scope"]) {
      const value = field(name);
      if (value !== undefined) url.searchParams.set(name, value);
    }
    // A registry with TLS cannot ask for the credentials without TLS.
    const mayHave = own !== undefined && (url.protocol === "https:" || this.plainHttp);
    const answer = await read(url, mayHave ? { Authorization: own } : {});
    const { data } = tokenSchema.safeParse(jsonOf(answer));
    const token = data?.token ?? data?.access_token;
    return token && `Bearer ${token}`;
  }
}

function jsonOf({ content }: Answer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
