import { execFile, execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkout } from "../../../packages/kit/state-folder.js";

const script = (name: string) => join(checkout, "ci", name);

describe("ci/in-order.sh", () => {
  let [server, url] = [undefined as Server | undefined, ""];
  const seen: string[] = [];
  let status = 200;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        seen.push(`${request.method} ${request.url} ${request.headers["private-token"]} ${body}`);
        response.writeHead(status).end("{}");
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const run = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)("bash", [script("in-order.sh"), "timonier"], {
      env: { PATH: process.env.PATH, CI_API_V4_URL: url, CI_PROJECT_ID: "7", ...env },
    });

  test("lets the oldest pipeline go first", async () => {
    const { stdout } = await run({ GITLAB_TOKEN: "canary" });
    expect(stdout).toBe("resource group timonier: oldest first\n");
    expect(seen).toEqual(["PUT /api/v4/projects/7/resource_groups/timonier canary process_mode=oldest_first"]);
  });

  test("says what it could not do, and does not end the job", async () => {
    expect((await run({})).stdout).toContain("no GITLAB_TOKEN");
    status = 403;
    expect((await run({ GITLAB_TOKEN: "canary" })).stdout).toContain("could not be set");
  });
});

describe("ci/cloud.sh", () => {
  const probe = `. '${script("cloud.sh")}'; cat "\${AWS_WEB_IDENTITY_TOKEN_FILE:-/dev/null}"; echo " \${AWS_ROLE_SESSION_NAME:-none}"`;
  const run = (env: NodeJS.ProcessEnv) =>
    execFileSync("bash", ["-euc", probe], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });

  test("gives the job's ID token to AWS's programs where a role is named", () => {
    const job = { TIMONIER_ID_TOKEN: "jwt", CI_PROJECT_ID: "7", CI_JOB_ID: "9" };
    expect(run({ ...job, AWS_ROLE_ARN: "arn:aws:iam::1:role/ci" })).toBe("jwt gitlab-7-9\n");
    expect(run(job)).toBe(" none\n");
  });
});

test("on Windows the first words are about WSL 2, and nothing is installed", () => {
  const windows = 'data:text/javascript,Object.defineProperty(process,"platform",{value:"win32"})';
  try {
    execFileSync(process.execPath, ["--import", windows, join(checkout, "cli", "timonier.mjs"), "up"], {
      stdio: "pipe",
    });
    expect.unreachable();
  } catch (error) {
    expect((error as { status: number }).status).toBe(3);
    expect(String((error as { stderr: Buffer }).stderr)).toMatch(
      /^Windows is not supported\n.*\n {2}fix: {3}use WSL 2/,
    );
  }
});
