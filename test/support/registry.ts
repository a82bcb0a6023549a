import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import getPort from "get-port";
import { stringify } from "yaml";
import { waitFor } from "../../packages/kit/wait.js";
import { cacheRoot, keyOf } from "../../packages/toolchain/cache.js";
import { goEnvironment } from "../../packages/toolchain/go-command.js";
import { platformOf } from "../../packages/toolchain/go-platform.js";

// The CNCF's registry for images and OCI artifacts, github.com/distribution/distribution, unmodified.

const moduleFolder = fileURLToPath(new URL("registry", import.meta.url));
const program = "github.com/distribution/distribution/v3/cmd/registry";

/** A registry on this machine, without TLS. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`, the first part of the names of its images. */
  readonly host: string;
  /** Pushes an image without layers: enough for a client that lists tags or reads manifests. @returns its digest */
  pushImage(repository: string, tag: string): Promise<string>;
  /** Ends it and deletes its content. */
  stop(): Promise<void>;
}

/**
 * Starts an empty registry. The program is built once and kept in the cache of the tools.
 *
 * @throws when it cannot be built here
 */
export async function startRegistry(): Promise<TestRegistry> {
  const binary = await registryProgram();
  const folder = mkdtempSync(join(tmpdir(), "timonier-registry-"));
  const host = `127.0.0.1:${await getPort()}`;
  const config = join(folder, "config.yml");
  writeFileSync(
    config,
    stringify({
      version: "0.1",
      log: { level: "warn" },
      storage: { filesystem: { rootdirectory: join(folder, "content") }, delete: { enabled: true } },
      http: { addr: host },
    }),
  );
  const env = { HOME: folder, OTEL_TRACES_EXPORTER: "none" };
  const server = execa(binary, ["serve", config], {
    env,
    extendEnv: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: { file: join(folder, "log") },
    reject: false,
  });
  const url = `http://${host}/v2`;
  await waitFor({ what: "the registry", where: host, fix: "read its log", timeout: 20_000, interval: 50 }, async () => {
    const answer = await fetch(`${url}/`).catch(() => undefined);
    return answer?.ok ? { done: true, value: answer } : { done: false, missing: readLog(folder) };
  });
  return {
    host,
    pushImage: async (repository, tag) => pushImage(`${url}/${repository}`, tag),
    stop: async () => {
      server.kill("SIGTERM");
      await server;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readLog(folder: string): string {
  const log = join(folder, "log");
  return existsSync(log) ? readFileSync(log, "utf8").slice(-500) : "";
}

async function registryProgram(): Promise<string> {
  const root = cacheRoot(process.env);
  const pins = ["go.mod", "go.sum"].map((name) => readFileSync(join(moduleFolder, name), "utf8"));
  const folder = join(root, `registry-${keyOf(pins)}`);
  const binary = join(folder, "registry");
  if (existsSync(binary)) return binary;
  const platform = platformOf(process.platform, process.arch);
  if (!platform) throw new Error(`the registry is not built for ${process.platform}`);
  const attempt = `${folder}.${process.pid}`;
  mkdirSync(attempt, { recursive: true });
  try {
    cpSync(moduleFolder, join(attempt, "module"), { recursive: true });
    await execa("go", ["install", "-trimpath", "-ldflags", "-s -w", program], {
      cwd: join(attempt, "module"),
      env: { ...goEnvironment(process.env, platform, root), GOBIN: attempt },
      extendEnv: false,
    });
    renameSync(attempt, folder);
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }
  return binary;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push */
async function pushImage(url: string, tag: string): Promise<string> {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] }, tag });
  const digest = sha256(config);
  const upload = await expectOk(fetch(`${url}/blobs/uploads/`, { method: "POST" }));
  const location = new URL(upload.headers.get("location") ?? "", url);
  location.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  await expectOk(fetch(location, { method: "PUT", body: config, headers }));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: Buffer.byteLength(config) },
    layers: [],
  });
  const put = { method: "PUT", body: manifest, headers: { "content-type": mediaType } };
  await expectOk(fetch(`${url}/manifests/${tag}`, put));
  return sha256(manifest);
}

async function expectOk(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
