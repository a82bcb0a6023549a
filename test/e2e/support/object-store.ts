import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { checkout } from "../../../packages/kit/state-folder.js";
import { waitFor } from "../../../packages/kit/wait.js";

/** A server that speaks S3, with one bucket: what Pulumi's own client of AWS talks to. */
export interface ObjectStore {
  /** For Pulumi. */
  readonly backendUrl: string;
  /** Credentials, as AWS's clients take them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the bucket's objects lie as files. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** @see docs/decisions/0105-where-a-pipeline-keeps-state.md */
export async function startObjectStore(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), "timonier-s3-"));
  const port = await getPort();
  const server = execa(
    "s3rver",
    ["-d", folder, "-a", "127.0.0.1", "-p", String(port), "--configure-bucket", "states"],
    {
      cwd: checkout,
      preferLocal: true,
      stdout: "ignore",
      stderr: "ignore",
      stdin: "ignore",
      reject: false,
    },
  );
  await waitFor(
    {
      what: "the object store",
      where: `127.0.0.1:${port}`,
      fix: "see s3rver's own output",
      timeout: 30_000,
      interval: 200,
    },
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      return answer ? { done: true, value: undefined } : { done: false, missing: "it does not answer" };
    },
  );
  return {
    backendUrl: `s3://states/timonier?region=eu-central-1&endpoint=http://127.0.0.1:${port}&use_path_style=true`,
    environment: { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" },
    folder: join(folder, "states"),
    stop: async () => {
      server.kill("SIGTERM");
      await server;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
