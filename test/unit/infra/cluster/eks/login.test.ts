import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eksKubeconfig } from "../../../../../infra/cluster/eks/eks-kubeconfig.js";
import { installLoginCommand } from "../../../../../infra/cluster/eks/login-command.js";

let bin: string;
beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), "timonier-login-"));
  await installLoginCommand(bin);
  // A second time changes nothing.
  await installLoginCommand(bin);
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const { exec } = JSON.parse(
  eksKubeconfig({
    ...{ name: "west", endpoint: "https://eks.example", certificateAuthority: "", region: "eu-central-1" },
    profile: undefined,
  }),
).users[0].user;

/** As kubectl does: by the name, from PATH, with the kubeconfig's arguments. */
const run = (env: NodeJS.ProcessEnv) =>
  promisify(execFile)(exec.command, exec.args, { env: { PATH: [bin, process.env.PATH].join(delimiter), ...env } });

test("the kubeconfig's login command prints a token, with nothing but keys in the environment", async () => {
  const { stdout } = await run({ HOME: bin, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" });
  const { kind, status } = JSON.parse(stdout);
  expect([kind, status.token.slice(0, 11)]).toEqual(["ExecCredential", "k8s-aws-v1."]);
  expect(Date.parse(status.expirationTimestamp)).toBeGreaterThan(Date.now() + 13 * 60_000);
}, 60_000);

test("without credentials it says so in one line, and ends with 1", async () => {
  const nowhere = { HOME: bin, AWS_EC2_METADATA_DISABLED: "true" };
  await expect(run(nowhere)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^there are no AWS credentials: .*\n {2}where: /),
  });
}, 60_000);
