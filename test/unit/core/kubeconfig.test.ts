import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../core/kubeconfig.js";

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

describe("what is no kubeconfig", () => {
  test.each([
    ["", /cannot be used/],
    ["a: [", /cannot be used/],
    [kubeconfig({}, {}, { "current-context": "nowhere" }), /there is no context "nowhere"/],
    [kubeconfig({}, {}, { users: [] }), /there is no user "me"/],
    [kubeconfig({}, { server: "west" }), /server/],
  ])("is refused (%#)", async (text, words) => {
    await expect(readKubeconfig(text)).rejects.toThrow(words);
    await expect(readKubeconfig(text)).rejects.toHaveProperty("name", "UserError");
  });
});
