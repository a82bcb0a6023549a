import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findCredentials } from "../../../../../../infra/cluster/eks/aws/credentials.js";

const region = "eu-central-1";
const home = mkdtempSync(join(tmpdir(), "timonier-aws-"));
/** What stands for STS, and what it was sent. */
let sts: Server;
let trusted = true;
const sent: string[] = [];

const keys = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>W</AccessKeyId><SecretAccessKey>w</SecretAccessKey><SessionToken>x</SessionToken>
<Expiration>2027-01-15T08:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
const denied = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>
<Message>jwt-secret is not trusted</Message></Error></ErrorResponse>`;

beforeAll(async () => {
  sts = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      sent.push(body);
      response.writeHead(trusted ? 200 : 403, { "content-type": "text/xml" }).end(trusted ? keys : denied);
    });
  });
  await new Promise<void>((listening) => sts.listen(0, "127.0.0.1", listening));
  const program = join(home, "program");
  writeFileSync(
    program,
    `#!/bin/sh\necho '{"Version":1,"AccessKeyId":"T","SecretAccessKey":"t","SessionToken":"x","Expiration":"2099-11-29T11:00:00Z"}'\n`,
  );
  chmodSync(program, 0o755);
  mkdirSync(join(home, "aws"));
  writeFileSync(join(home, "aws", "credentials"), "[default]\naws_access_key_id = D\naws_secret_access_key = d\n");
  writeFileSync(
    join(home, "aws", "config"),
    `[profile team]\ncredential_process = ${program}\n[profile static]\naws_access_key_id=S\naws_secret_access_key=s\n`,
  );
  writeFileSync(join(home, "token"), "jwt-secret");
});
afterAll(() => {
  sts.close();
  rmSync(home, { recursive: true, force: true });
  vi.unstubAllEnvs();
});
beforeEach(() => {
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "aws", "credentials"));
  vi.stubEnv("AWS_CONFIG_FILE", join(home, "aws", "config"));
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${(sts.address() as AddressInfo).port}`);
});

describe("credentials for AWS", () => {
  test("are the environment's, unless the settings name a profile", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "E");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "e");
    vi.stubEnv("AWS_SESSION_TOKEN", "t");
    expect(await findCredentials({ region })).toMatchObject({
      ...{ accessKeyId: "E", secretAccessKey: "e", sessionToken: "t" },
    });
    expect(await findCredentials({ region, profile: "static" })).toMatchObject({ accessKeyId: "S" });
  });

  test("are a profile's, also by a program", async () => {
    expect(await findCredentials({ region })).toMatchObject({ accessKeyId: "D" });
    vi.stubEnv("AWS_PROFILE", "team");
    expect(await findCredentials({ region })).toMatchObject({
      ...{ accessKeyId: "T", secretAccessKey: "t", sessionToken: "x", expiration: new Date("2099-11-29T11:00:00Z") },
    });
  });

  test("are a role's, for a pipeline's ID token", async () => {
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "nowhere"));
    vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", join(home, "token"));
    vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci");
    expect(await findCredentials({ region })).toMatchObject({
      ...{ accessKeyId: "W", secretAccessKey: "w", sessionToken: "x", expiration: new Date("2027-01-15T08:00:00Z") },
    });
    expect(sent.at(-1)).toContain("WebIdentityToken=jwt-secret");
    trusted = false;
    const refused = findCredentials({ region });
    // AWS's message repeats the token.
    await expect(refused).rejects.not.toThrow(/jwt-secret/);
    await expect(refused).rejects.toMatchObject({
      what: expect.stringMatching(/^AWS gives no credentials: AccessDenied/),
    });
  });

  test("that are nowhere are named, with what to do", async () => {
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "nowhere"));
    await expect(findCredentials({ region })).rejects.toMatchObject({
      what: expect.stringMatching(/^there are no AWS credentials: /),
      fix: expect.stringContaining("aws:profile"),
    });
    await expect(findCredentials({ region, profile: "missing" })).rejects.toMatchObject({
      where: "profile missing in ~/.aws",
    });
  });
});
