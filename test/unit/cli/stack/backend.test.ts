import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findBackend, OWN_BACKEND, ownsPassphrase } from "../../../../cli/stack/backend.js";
import { findStack, stackEnvironment } from "../../../../cli/stack/stack.js";
import { restoreSettings, secretsProvider } from "../../../../cli/stack/state-file.js";
import { checkout, StateFolder } from "../../../../packages/kit/state-folder.js";

const root = mkdtempSync(join(tmpdir(), "timonier-backend-"));
afterAll(() => rmSync(root, { recursive: true }));
const state = new StateFolder(root);
const own = `file://${join(root, "pulumi")}`;
const bucket = "s3://states/timonier?region=eu-central-1";

describe("where Pulumi's state is", () => {
  test("GIVEN no choice THEN a folder of the checkout's state", () => {
    expect(findBackend(state, {})).toEqual({ url: own, folder: join(root, "pulumi"), own: true });
    expect(findBackend(state, { PULUMI_BACKEND_URL: "" }).own).toBe(true);
  });

  test("GIVEN a bucket THEN only Pulumi reads it", () => {
    expect(findBackend(state, { PULUMI_BACKEND_URL: bucket })).toEqual({ url: bucket, folder: undefined, own: false });
  });

  test.each([
    ["file:///srv/state", "/srv/state"],
    ["file:///srv/state?metadata=skip", "/srv/state"],
    ["file://~", homedir()],
    ["file://~/state", join(homedir(), "state")],
    ["file://./state", join(checkout, "state")],
  ])("GIVEN %s THEN its files are read in %s", (url, folder) => {
    expect(findBackend(state, { PULUMI_BACKEND_URL: url })).toEqual({ url, folder, own: false });
  });

  test("GIVEN compressed state THEN only Pulumi reads it", () => {
    const environment = { PULUMI_BACKEND_URL: "file:///srv/state", PULUMI_SELF_MANAGED_STATE_GZIP: "true" };
    expect(findBackend(state, environment).folder).toBeUndefined();
  });

  test("GIVEN a shell with another checkout's `timonier env` THEN nobody has chosen that one's state for this one", () => {
    const environment = { PULUMI_BACKEND_URL: "file:///elsewhere/.timonier/pulumi" };
    expect(findBackend(state, environment).own).toBe(false);
    expect(findBackend(state, { ...environment, [OWN_BACKEND]: environment.PULUMI_BACKEND_URL }).own).toBe(true);
  });
});

describe("who makes the passphrase", () => {
  const file = { url: "file:///srv/state", folder: "/srv/state", own: false };

  test("this program for its own state, and for no other", () => {
    expect(ownsPassphrase({ url: own, folder: root, own: true }, undefined, {})).toBe(true);
    expect(ownsPassphrase(file, undefined, { PULUMI_CONFIG_PASSPHRASE: "" })).toBe(false);
    expect(ownsPassphrase(file, undefined, { PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" })).toBe(false);
  });

  test("one that is missing is asked for, without which a pipeline would make one that dies with its job", () => {
    expect(() => ownsPassphrase(file, undefined, {})).toThrow(/PULUMI_CONFIG_PASSPHRASE or/);
    expect(() => ownsPassphrase(file, "passphrase", {})).toThrow(/PULUMI_CONFIG_PASSPHRASE or/);
  });

  test("none is needed where a key service or Pulumi Cloud enciphers", () => {
    expect(ownsPassphrase(file, "awskms://alias/pulumi?region=eu-central-1", {})).toBe(false);
    expect(ownsPassphrase({ url: "https://api.pulumi.com", folder: undefined, own: false }, undefined, {})).toBe(false);
  });
});

describe("a stack on another backend", () => {
  const stack = { ...findStack("elsewhere", state), backend: { url: bucket, folder: undefined, own: false } };

  test("Pulumi gets its address, and no passphrase of this checkout's", () => {
    expect(stackEnvironment(stack)).toMatchObject({ PULUMI_BACKEND_URL: bucket });
    expect(stackEnvironment(stack)).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(stackEnvironment(findStack("elsewhere", state))).toMatchObject({
      PULUMI_BACKEND_URL: own,
      [OWN_BACKEND]: own,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(root, "passphrase"),
    });
  });

  test("its settings tell who enciphers its secrets", () => {
    expect(secretsProvider(stack)).toBeUndefined();
    writeFileSync(stack.configFile, "secretsprovider: awskms://alias/p?region=x\nencryptedkey: AQ==\nconfig: {}\n");
    expect(secretsProvider(stack)).toBe("awskms://alias/p?region=x");
  });

  test("GIVEN no settings and a state of another kind of cluster THEN it is not made an embedded one", async () => {
    const deployment = (clusterKind: string) => ({
      resources: [{ urn: "", type: "pulumi:pulumi:Stack", outputs: { clusterKind } }],
      secrets_providers: { state: { salt: "v1:abc" } },
    });
    await expect(restoreSettings(stack, deployment("existing"))).rejects.toThrow(
      /infra\/stacks\/Pulumi.elsewhere.yaml/,
    );
    await restoreSettings(stack, deployment("embedded"));
    expect(secretsProvider(stack)).toBeUndefined();
  });
});
