import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../../packages/kit/kubeconfig.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-kubeconfig-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString("base64");

function kubeconfig(user: object, cluster: object = {}, extra: object = {}): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [
      { name: "elsewhere", context: { cluster: "none", user: "none" } },
      { name: "here", context: { cluster: "west", user: "me" } },
    ],
    clusters: [{ name: "west", cluster: { server: "https://k8s.example:6443", ...cluster } }],
    users: [{ name: "me", user }],
    ...extra,
  });
}

describe("a kubeconfig's current context", () => {
  test("gives certificates in it, decoded", async () => {
    const user = { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") };
    const access = await readKubeconfig(kubeconfig(user, { "certificate-authority-data": base64("CA") }));
    expect(access).toMatchObject({ server: "https://k8s.example:6443", ca: "CA", cert: "CERT", key: "KEY" });
  });

  test("gives tokens and authorities from files", async () => {
    writeFileSync(join(folder, "token"), "secret\n");
    writeFileSync(join(folder, "ca"), "CA");
    const text = kubeconfig({ tokenFile: join(folder, "token") }, { "certificate-authority": join(folder, "ca") });
    expect(await readKubeconfig(text)).toMatchObject({ token: "secret", ca: "CA", cert: undefined });
  });

  test("may be JSON, as cloud providers' libraries write it", async () => {
    const json = JSON.stringify(await import("yaml").then(({ parse }) => parse(kubeconfig({ token: "t" }))));
    expect(await readKubeconfig(json)).toMatchObject({ token: "t" });
  });
});

describe("a login command, as of EKS", () => {
  const plugin = (script: string) => {
    const command = join(folder, "login");
    writeFileSync(command, `#!/bin/sh\n${script}\n`);
    chmodSync(command, 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command, args: ["get-token"], env: null };
    return kubeconfig({ exec });
  };

  test("is run for a token, told what is expected of it", async () => {
    const text = plugin(
      `case "$1 $KUBERNETES_EXEC_INFO" in "get-token "*v1beta1*) echo '{"status":{"token":"k8s-aws-v1"}}';; esac`,
    );
    expect(await readKubeconfig(text)).toMatchObject({ token: "k8s-aws-v1" });
  });

  test("that fails is named, in its own words", async () => {
    await expect(readKubeconfig(plugin("echo expired session >&2; exit 1"))).rejects.toMatchObject({
      what: "the kubeconfig's login command failed: expired session",
      where: join(folder, "login"),
    });
  });
});

describe("a login command's token", () => {
  /** A command that counts its runs, and gives tokens that end in so many seconds. */
  const counting = (name: string, seconds: number) => {
    const command = join(folder, name);
    const ends = new Date(Date.now() + seconds * 1000).toISOString();
    writeFileSync(
      command,
      `#!/bin/sh\necho >> ${command}.runs\necho '{"status":{"token":"t'$(wc -l < ${command}.runs | tr -d ' ')'","expirationTimestamp":"${ends}"}}'\n`,
    );
    chmodSync(command, 0o755);
    return kubeconfig({ exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command } });
  };

  test("is renewed when it ends, and not before", async () => {
    const lasting = await readKubeconfig(counting("lasting", 900));
    expect([await lasting.tokens?.current(), await lasting.tokens?.current()]).toEqual(["t1", "t1"]);
    const ending = await readKubeconfig(counting("ending", 30));
    expect([ending.token, await ending.tokens?.current(), await ending.tokens?.current()]).toEqual(["t1", "t2", "t3"]);
  });

  test("is renewed when the API server refuses it", async () => {
    const { tokens } = await readKubeconfig(counting("refused", 900));
    expect([await tokens?.current("t1"), await tokens?.current("t1")]).toEqual(["t2", "t2"]);
  });

  test("comes from a command among our own tools, too", async () => {
    process.env.TIMONIER_STATE = join(folder, "state");
    try {
      mkdirSync(join(folder, "state", "bin"), { recursive: true });
      writeFileSync(join(folder, "state", "bin", "own-login"), `#!/bin/sh\necho '{"status":{"token":"own"}}'\n`);
      chmodSync(join(folder, "state", "bin", "own-login"), 0o755);
      const text = kubeconfig({ exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "own-login" } });
      expect(await readKubeconfig(text)).toMatchObject({ token: "own" });
    } finally {
      delete process.env.TIMONIER_STATE;
    }
  });
});

describe("what is no kubeconfig", () => {
  test.each([
    ["", /cannot be used/],
    ["a: [", /cannot be used/],
    [kubeconfig({}, {}, { "current-context": "nowhere" }), /context "nowhere" does not exist/],
    [kubeconfig({}, {}, { users: [] }), /user "me" does not exist/],
    [kubeconfig({}, { server: "west" }), /server/],
  ])("is refused (%#)", async (text, words) => {
    await expect(readKubeconfig(text)).rejects.toThrow(words);
    await expect(readKubeconfig(text)).rejects.toHaveProperty("name", "UserError");
  });
});
