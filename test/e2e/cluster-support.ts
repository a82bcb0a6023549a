import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { clusterLayout } from "../../packages/control-plane/layout.js";
import { adminAccess, readRecord } from "../../packages/control-plane/record.js";
import { KubeApi } from "../../packages/kit/kube-api.js";
import { checkout } from "../../packages/kit/state-folder.js";
import { waitFor } from "../../packages/kit/wait.js";
import { findProcesses } from "../../simulators/cluster/cluster-processes.js";

const run = promisify(execFile);

/** Folder of the tools, each under its own name. */
export const toolFolder = process.env.TIMONIER_BIN ?? join(checkout, ".timonier", "bin");

/** Any object. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** The administrator's client of a running cluster. */
export function apiOf(dir: string): KubeApi {
  const layout = clusterLayout(dir);
  const record = readRecord(layout);
  const access = record && adminAccess(layout, record);
  if (!access) throw new Error(`no cluster in ${dir}`);
  return new KubeApi(access);
}

/** Address of an object, for the kinds used here. */
export function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const plural = `${kind.toLowerCase().replace(/y$/, "ie").replace(/ss$/, "sse")}s`;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  return `${root}${scope}/${plural}/${metadata.name}`;
}

/** Applies like `kubectl apply --server-side`. */
export async function apply(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    await api.call({
      method: "PATCH",
      path: pathOf(object),
      query: { fieldManager: "test", force: "true" },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }
}

/** What `flux install --export` prints, with further options. */
export async function fluxManifests(...options: readonly string[]): Promise<KubeObject[]> {
  const { stdout } = await run(join(toolFolder, "flux"), ["install", "--export", ...options], { maxBuffer: 64e6 });
  return parseAllDocuments(stdout).flatMap((document) => (document.contents ? [document.toJS() as KubeObject] : []));
}

/** Lets the API server check an object strictly, with admission, and keep nothing. */
export async function dryRun(api: KubeApi, object: KubeObject): Promise<void> {
  await api.call({
    method: "PATCH",
    path: pathOf(object),
    query: { fieldManager: "test", fieldValidation: "Strict", dryRun: "All" },
    body: object,
    contentType: "application/apply-patch+yaml",
  });
}

/** Looks every 100 ms until the value is there. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  // More than a pod's own grace period of 30 s: a controller that is ended while it starts may use all of it.
  timeout = 60_000,
): Promise<T> {
  return await waitFor({ what, timeout, interval: 100, where: "the test", fix: "read the logs" }, async () => {
    const value = await look();
    return value === undefined || value === false
      ? { done: false as const, missing: "not yet" }
      : { done: true as const, value };
  });
}

/** Every process of the cluster, by component or program, with its number. */
export function pidsOf(dir: string): Record<string, number> {
  const { controlPlane, agents, containers } = findProcesses(clusterLayout(dir));
  const pids: Record<string, number> = {};
  for (const [name, processes] of controlPlane) for (const { pid } of processes) pids[name] = pid;
  for (const { pid } of agents) pids["runtime-agent"] = pid;
  for (const { pid } of containers) {
    const program = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] ?? "";
    pids[program.slice(program.lastIndexOf("/") + 1)] = pid;
  }
  return pids;
}

/** `ADDRESS:PORT` (hexadecimal, as the kernel prints it) that the processes listen on. */
export function listeningAddresses(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    ),
  );
  return ["/proc/net/tcp", "/proc/net/tcp6"].filter(existsSync).flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && inodes.has(fields[9] ?? ""))
      .map((fields) => fields[1] ?? ""),
  );
}

/** A repository with one commit, served over HTTP by `git http-backend`. */
export async function serveRepository(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<{ url: string; server: Server }> {
  const work = join(folder, "work");
  mkdirSync(work, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content);
  const git = (...args: string[]) => run("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: work });
  await git("init", "-q", "-b", "main");
  await git("add", ".");
  await git("commit", "-q", "-m", "first");
  await git("clone", "-q", "--bare", work, join(folder, "repo.git"));
  const server = createServer((request, response) => {
    const [path, query] = (request.url ?? "").split("?", 2);
    const backend = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: path,
        QUERY_STRING: query ?? "",
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: (request.headers["git-protocol"] as string) ?? "",
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      for (const line of all.subarray(0, end).toString().split("\r\n")) {
        const [name, value] = line.split(": ", 2);
        if (name === "Status") response.statusCode = Number(value?.split(" ")[0]);
        else if (name && value) response.setHeader(name, value);
      }
      response.end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`, server };
}
