import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCredentials, section } from "../../../../infra/cluster/eks/aws/credentials.js";

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "timonier-aws-"));
  mkdirSync(join(home, ".aws"));
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, ".aws", "credentials"), "[default]\naws_access_key_id = D\naws_secret_access_key = d\n");
  writeFileSync(
    join(home, ".aws", "config"),
    "[profile team]\nsso_session = corp\n[profile  static]\naws_access_key_id=S\naws_secret_access_key=s\n",
  );
  const cli = `#!/bin/sh\nif [ "$*" = "configure export-credentials --format process --profile team" ]; then
echo '{"Version":1,"AccessKeyId":"T","SecretAccessKey":"t","SessionToken":"x","Expiration":"2026-11-29T11:00:00Z"}'
else echo "unknown profile" >&2; exit 255; fi\n`;
  writeFileSync(join(home, "bin", "aws"), cli);
  chmodSync(join(home, "bin", "aws"), 0o755);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const region = "eu-central-1";
const nothing = async () => {
  throw new TypeError("fetch failed");
};
/** Answers by address. */
const answering =
  (answers: Readonly<Record<string, unknown>>, asked: Request[] = []): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    const answer = answers[request.url];
    if (answer === undefined) return new Response("", { status: 404 });
    return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
  };
const clean = () => ({ HOME: join(home, "nowhere"), PATH: "" });

describe("credentials for AWS", () => {
  test("are the environment's, unless the settings name a profile", async () => {
    const env = { HOME: home, AWS_ACCESS_KEY_ID: "E", AWS_SECRET_ACCESS_KEY: "e", AWS_SESSION_TOKEN: "t" };
    expect(await findCredentials({ region, env })).toEqual({
      accessKeyId: "E",
      secretAccessKey: "e",
      sessionToken: "t",
    });
    expect(await findCredentials({ region, env, profile: "static" })).toMatchObject({ accessKeyId: "S" });
  });

  test("are a role's, for a pipeline's ID token", async () => {
    const file = join(home, "token");
    writeFileSync(file, "jwt\n");
    const asked: Request[] = [];
    const keys = { AccessKeyId: "W", SecretAccessKey: "w", SessionToken: "x", Expiration: 1_800_000_000 };
    const ask = answering(
      {
        "https://sts.eu-central-1.amazonaws.com/": {
          AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials: keys } },
        },
      },
      asked,
    );
    const env = { ...clean(), AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: "arn:aws:iam::1:role/ci" };
    expect(await findCredentials({ region, env, fetch: ask })).toEqual({
      ...{ accessKeyId: "W", secretAccessKey: "w", sessionToken: "x", expiration: 1_800_000_000_000 },
    });
    expect(await asked[0]?.text()).toContain("WebIdentityToken=jwt");
  });

  test("that a role does not trust are refused by their code, without the token", async () => {
    const file = join(home, "token");
    writeFileSync(file, "jwt-secret");
    const env = { ...clean(), AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: "arn:aws:iam::1:role/ci" };
    const ask = async () => new Response('{"Error":{"Code":"AccessDenied","Message":"jwt-secret"}}', { status: 403 });
    await expect(findCredentials({ region, env, fetch: ask })).rejects.toMatchObject({
      what: "AWS refuses the web identity: AccessDenied",
      where: "arn:aws:iam::1:role/ci",
    });
  });

  test("are a profile's, by the AWS CLI where it signs in elsewhere", async () => {
    expect(await findCredentials({ region, env: { HOME: home } })).toMatchObject({ accessKeyId: "D" });
    const env = { HOME: home, PATH: `${join(home, "bin")}:${process.env.PATH}`, AWS_PROFILE: "team" };
    expect(await findCredentials({ region, env })).toEqual({
      ...{ accessKeyId: "T", secretAccessKey: "t", sessionToken: "x", expiration: Date.parse("2026-11-29T11:00:00Z") },
    });
    const without = { HOME: home, PATH: join(home, "nowhere") };
    await expect(findCredentials({ region, env: without, profile: "team" })).rejects.toMatchObject({
      what: "the profile needs the AWS CLI to sign in, and there is no `aws` in PATH",
    });
  });

  test("are a container's or a machine's role", async () => {
    const keys = { AccessKeyId: "M", SecretAccessKey: "m", Token: "x", Expiration: "2026-11-29T11:00:00Z" };
    const machine = answering({
      "http://169.254.169.254/latest/api/token": "session",
      "http://169.254.169.254/latest/meta-data/iam/security-credentials/": "runner",
      "http://169.254.169.254/latest/meta-data/iam/security-credentials/runner": keys,
    });
    expect(await findCredentials({ region, env: clean(), fetch: machine })).toMatchObject({ accessKeyId: "M" });
    const container = answering({ "http://169.254.170.2/v2/role": { ...keys, AccessKeyId: "C" } });
    const env = { ...clean(), AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/role" };
    expect(await findCredentials({ region, env, fetch: container })).toMatchObject({ accessKeyId: "C" });
  });

  test("that are nowhere are named, with what to do", async () => {
    await expect(findCredentials({ region, env: clean(), fetch: nothing })).rejects.toMatchObject({
      what: "there are no AWS credentials",
      fix: expect.stringContaining("aws:profile"),
    });
  });
});

test("a section of AWS's files ends where the next one begins", () => {
  expect(section("[a]\nx = 1\ns3 =\n  y = 2\n[ profile b ]\nx=3\n", "a")).toEqual({ x: "1", s3: "" });
});
