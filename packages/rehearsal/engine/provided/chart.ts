import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { create, t as list, type ReadEntry } from "tar";
import { parse } from "yaml";
import { chartFiles } from "./helm-ignore.js";

/** A packaged chart. */
export interface Chart {
  readonly name: string;
  readonly version: string;
  /** Content of its Chart.yaml. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly archive: Buffer;
  /** `sha256:…` of the archive. */
  readonly digest: string;
}

/** `sha256:…`, as OCI registries and chart indexes name content. */
export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/**
 * Packages a chart's folder as `helm package` does. The same files always give the same bytes.
 *
 * @throws UserError for an unusable chart
 */
export async function packChart(folder: string): Promise<Chart> {
  const metadata = metadataIn(readFileSync(join(folder, "Chart.yaml"), "utf8"), folder);
  haveDependencies(folder, metadata);
  const archive = await packFolder(folder, chartFiles(folder), `${metadata.name}/`);
  return { ...metadata, archive, digest: digestOf(archive) };
}

/** Files of a folder as a gzipped tar archive without times and owners. */
export async function packFolder(folder: string, files: readonly string[], prefix = ""): Promise<Buffer> {
  const pack = create(
    { cwd: folder, gzip: true, portable: true, follow: true, mtime: new Date(0), ...(prefix && { prefix }) },
    [...files].sort(),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The chart in an archive; undefined when it contains none. */
export async function readChart(archive: Buffer, where: string): Promise<Chart | undefined> {
  const text = await chartYaml(archive, where);
  return text === undefined ? undefined : { ...metadataIn(text, where), archive, digest: digestOf(archive) };
}

/** Text of `NAME/Chart.yaml` in an archive. */
async function chartYaml(archive: Buffer, where: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let found = false;
  const parser = list({
    onReadEntry: (entry: ReadEntry) => {
      if (found || !/^(\.\/)?[^/]+\/Chart\.yaml$/.test(entry.path)) return void entry.resume();
      found = true;
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on("end", () => resolve());
    parser.on("error", (cause: Error) =>
      reject(
        new UserError("the archive cannot be read", where, "name a gzipped tar archive (.tgz)", {
          code: "TIM-615",
          cause,
        }),
      ),
    );
    parser.end(archive);
  });
  return found ? Buffer.concat(chunks).toString() : undefined;
}

function metadataIn(text: string, where: string): Pick<Chart, "name" | "version" | "metadata"> {
  const metadata = parsedYaml(text);
  const { name, version } = metadata;
  if (typeof name === "string" && name !== "" && typeof version === "string" && version !== "")
    return { name, version, metadata: { apiVersion: "v1", ...metadata } };
  throw new UserError("the chart has no name or no version", where, "write `name` and `version` into its Chart.yaml", {
    code: "TIM-616",
  });
}

function parsedYaml(text: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text, { logLevel: "error" });
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A chart without its dependencies would be rejected, although the published one has them. */
function haveDependencies(folder: string, { name, metadata }: Pick<Chart, "name" | "metadata">): void {
  const charts = join(folder, "charts");
  const there = existsSync(charts) && statSync(charts).isDirectory() ? readdirSync(charts) : [];
  const wanted = (Array.isArray(metadata.dependencies) ? metadata.dependencies : []) as ReadonlyArray<{
    name?: string;
  }>;
  const missing = wanted.find((one) => !there.some((file) => file === one.name || file.startsWith(`${one.name}-`)));
  if (!missing) return;
  throw new UserError(
    `the chart ${name} lacks its dependency ${missing.name}`,
    folder,
    "run `helm dependency build` there, or name the packaged chart (.tgz)",
    { code: "TIM-617" },
  );
}
