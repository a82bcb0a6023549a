import type { ChartSource } from "@timonier/kit/chart-source";
import { readArchive } from "./chart-archive.js";
import { chartContent, type DownloadedChart } from "./chart-content.js";
import { chooseVersion, notFound } from "./chart-version.js";
import { checkDigest } from "./digest.js";
import { entriesOf } from "./helm-index.js";
import { basic, type Credentials, read, refused } from "./http.js";

/** Downloads a chart from a repository with an index. */
export async function fromRepository(
  { repository, chart }: Extract<ChartSource, { kind: "http" }>,
  wanted: string | undefined,
  credentials: Credentials | undefined,
): Promise<DownloadedChart> {
  const where = `${repository}/${chart}`;
  const index = await readFrom(new URL(`${repository}/index.yaml`), repository, credentials);
  const entries = entriesOf(index.toString(), chart, repository);
  const version = chooseVersion(
    entries.map((one) => one.version),
    wanted,
    where,
  );
  const { urls = [], digest: promised } = entries.find((one) => one.version === version) ?? {};
  const archive = await readFrom(new URL(urls[0] ?? "", `${repository}/`), repository, credentials);
  const digest = checkDigest(archive, promised, where);
  return { content: chartContent(await readArchive(archive, where), where), version, digest };
}

/** Reads a file of a repository. Credentials are only sent to its own host, as in Helm. */
async function readFrom(url: URL, repository: string, credentials: Credentials | undefined): Promise<Buffer> {
  const own = url.origin === new URL(repository).origin;
  const answer = await read(url, credentials && own ? { Authorization: basic(credentials) } : {});
  if (answer.status === 404) {
    throw notFound("the repository lacks a file", url.href, "check the address of the repository");
  }
  if (answer.status !== 200) throw refused(answer, url.href);
  return answer.content;
}
