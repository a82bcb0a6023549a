import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartSource } from "@timonier/kit/chart-source";
import { addressOf } from "@timonier/kit/chart-source";
import { type GitResult, gitBytes, tryGit } from "@timonier/kit/git";
import { readArchive } from "./chart-archive.js";
import { chartContent, type DownloadedChart } from "./chart-content.js";
import { chooseVersion, notFound } from "./chart-version.js";
import { basic, type Credentials, unreachable } from "./http.js";

/** Reads a chart from a folder of a Git repository, at a tag or a commit. */
export async function fromGit(
  source: Extract<ChartSource, { kind: "git" }>,
  wanted: string | undefined,
  credentials: Credentials | undefined,
): Promise<DownloadedChart> {
  const folder = await mkdtemp(join(tmpdir(), "timonier-chart-"));
  try {
    return await readRepository(folder, source, wanted, environment(credentials));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readRepository(
  folder: string,
  source: Extract<ChartSource, { kind: "git" }>,
  wanted: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<DownloadedChart> {
  const where = addressOf(source);
  await gitBytes(folder, ["init", "--quiet", "--bare", folder]);
  const isCommit = /^[0-9a-f]{40}$/.test(wanted ?? "");
  const version = isCommit ? (wanted ?? "") : chooseVersion(await tagsOf(folder, source, env), wanted, where);
  const ref = isCommit ? version : `refs/tags/${version}`;
  const fetched = await tryGit(folder, ["fetch", "--quiet", "--depth=1", source.url, ref], { env });
  if (fetched.code !== 0) throw gitFailed(fetched, where);
  const commit = (await gitBytes(folder, ["rev-parse", "FETCH_HEAD^{commit}"])).toString().trim();
  const archive = await tryGit(folder, ["archive", "--prefix=chart/", `${commit}:${source.path}`]);
  if (archive.code !== 0) {
    throw notFound(`there is no folder ${source.path} at ${version}`, where, "check the path after // in the address");
  }
  const content = chartContent(await readArchive(archive.stdout, where), where);
  return { content, version, digest: `sha1:${commit}` };
}

async function tagsOf(
  folder: string,
  source: Extract<ChartSource, { kind: "git" }>,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const listed = await tryGit(folder, ["ls-remote", "--tags", "--refs", source.url], { env });
  if (listed.code !== 0) throw gitFailed(listed, addressOf(source));
  return [...listed.stdout.toString().matchAll(/refs\/tags\/(.+)$/gm)].map(([, tag = ""]) => tag);
}

function gitFailed({ stderr }: GitResult, where: string) {
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  return unreachable(`the Git repository of the chart cannot be read (${reason})`, where);
}

/** Credentials are in the environment, because arguments can be read by other users. */
function environment(credentials: Credentials | undefined): NodeJS.ProcessEnv {
  const { HOME, SSH_AUTH_SOCK, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, https_proxy, http_proxy, no_proxy } = process.env;
  return {
    ...{ HOME, SSH_AUTH_SOCK, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, https_proxy, http_proxy, no_proxy },
    ...(credentials && {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.extraHeader",
      GIT_CONFIG_VALUE_0: `Authorization: ${basic(credentials)}`,
    }),
  };
}
