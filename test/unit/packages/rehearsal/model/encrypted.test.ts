import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { isEncrypted, keysOfValues, replaceEncrypted } from "../../../../../packages/rehearsal/model/encrypted.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";

const cipher = (type = "str", data = "aGk=") => `ENC[AES256_GCM,data:${data},iv:aa==,tag:bb==,type:${type}]`;
const sops = `sops: {mac: "${cipher()}", version: 3.9.0}\n`;
const replaced = (text: string, path = "a.yaml", maps: string[] = []) =>
  replaceEncrypted({ path, text, maps: new Set(maps) }) ?? "it is not encrypted";

test("what SOPS encrypted gets a stand-in that changes with the cipher text, and loses its keys", () => {
  const file = (data: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "${cipher("str", data)}"}\n${sops}`;
  expect(isEncrypted("kind: Secret\n")).toBe(false);
  expect(replaceEncrypted({ path: "a.yaml", text: "kind: Secret\n", maps: new Set() })).toBeUndefined();
  const [one, same, other] = [replaced(file("1")), replaced(file("1")), replaced(file("2"))];
  expect(one).toBe(same);
  expect(one).not.toBe(other);
  expect(one).not.toMatch(/sops|ENC/);
  expect(Buffer.from(parse(one).data.a, "base64").toString()).toMatch(/^encrypted-[0-9a-f]{16}$/);
});

test("a stand-in has the type that SOPS notes", () => {
  const text = ["int", "float", "bool", "str", "bytes"].map((type) => `${type}: "${cipher(type)}"\n`).join("");
  const values = parse(replaced(text + sops, "values.yaml"));
  expect(values).toEqual({
    int: expect.any(Number),
    float: expect.any(Number),
    bool: expect.any(Boolean),
    str: expect.stringMatching(/^encrypted-/),
    bytes: expect.stringMatching(/^encrypted-/),
  });
  expect([Number.isInteger(values.int), Number.isInteger(values.float)]).toEqual([true, false]);
});

test.each(["data", "stringData"])(
  "what is parsed later can be parsed: logins, values of releases, JSON in %s",
  (field) => {
    const keys = [".dockerconfigjson", ".dockercfg", "values.yaml", "config.json", "overrides", "password"];
    const text = `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n${field}:\n${keys.map((key) => `  ${key}: "${cipher()}"\n`).join("")}${sops}`;
    const values = parse(replaced(text, "a.yaml", ["overrides"]))[field] as Record<string, string>;
    const of = (key: string) =>
      field === "data" ? Buffer.from(values[key] ?? "", "base64").toString() : (values[key] ?? "");
    expect(JSON.parse(of(".dockerconfigjson"))).toMatchObject({
      auths: { "rehearsal.invalid": { auth: expect.any(String) } },
    });
    for (const key of [".dockercfg", "values.yaml", "config.json", "overrides"])
      expect(parse(of(key))).toBeTypeOf("object");
    expect(of("password")).toMatch(/^encrypted-/);
  },
);

test("a Secret in a List, and data of another kind, are told apart", () => {
  const text = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: "${cipher()}"}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: "${cipher()}"}}\n${sops}`;
  const [secret, map] = parse(replaced(text)).items;
  expect(secret.data.a).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(map.data.a).toMatch(/^encrypted-/);
});

test("only the documents that are encrypted lose something, and JSON stays JSON", () => {
  const two = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: v1\nkind: Secret\nstringData: {a: "${cipher()}"}\n${sops}`;
  expect(parseAllDocuments(replaced(two)).map((one) => one.toJS().kind)).toEqual(["ConfigMap", "Secret"]);
  const json = JSON.stringify({ kind: "Secret", apiVersion: "v1", data: { a: cipher() }, sops: { mac: cipher() } });
  expect(JSON.parse(replaced(json, "a.json"))).toEqual({
    kind: "Secret",
    apiVersion: "v1",
    data: { a: expect.any(String) },
  });
});

test("files of other formats: variables, INI, and a file that is one value", () => {
  expect(
    replaced(`A=${cipher()}\n#${cipher("comment")}\nB=clear\nsops_version=3.9.0\nsops_mac=${cipher()}\n`, "app.env"),
  ).toMatch(/^A=encrypted-[0-9a-f]{16}\nB=clear\n$/);
  expect(replaced(`[a]\nx = ${cipher()}\n\n[sops]\nmac = ${cipher()}\n`, "app.ini")).toMatch(
    /^\[a\]\nx = encrypted-[0-9a-f]{16}\n\n$/,
  );
  const whole = JSON.stringify({ data: cipher(), sops: { mac: cipher() } });
  for (const path of ["kubeconfig", "docker.json.enc", "a.yaml"])
    expect(JSON.parse(replaced(whole, path))).toEqual({ encrypted: expect.any(String) });
});

test("keys that releases read values from hold a map, but for those of one value", () => {
  const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {valuesFrom: [{kind: Secret, name: s, valuesKey: overrides}, {kind: Secret, name: s, valuesKey: password, targetPath: a.b}]}\n`;
  expect([...keysOfValues(scan(new Map([["a.yaml", release]])))]).toEqual(["overrides"]);
});

test.each(["a: [\n", "a: 1\na: 2\n", "a: *missing\n"])("a file that cannot be parsed stays as it is: %j", (text) => {
  expect(
    replaceEncrypted({ path: "a.yaml", text: `${text}x: "${cipher()}"\n${sops}`, maps: new Set() }),
  ).toBeUndefined();
});
