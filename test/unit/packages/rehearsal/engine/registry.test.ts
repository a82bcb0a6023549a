import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Registry,
  type RegistryChange,
  readRegistry,
  registryChanges,
  stages,
  writeRegistry,
} from "../../../../../packages/rehearsal/engine/registry.js";

const encode = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();
const registry = (objects: Record<string, string>): Registry =>
  new Map(Object.entries(objects).map(([key, value]) => [encode(key), encode(value)]));

const definition = "/registry/apiextensions.k8s.io/customresourcedefinitions/things.example.com";
const object = "/registry/example.com/things/default/one";

let server: Server | undefined;

afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** The part of etcd's JSON gateway that is used, at most two keys an answer. */
async function etcd(pairs: Map<string, { value: string; lease?: string }>) {
  const calls: string[] = [];
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const method = request.url?.replace("/v3/kv/", "") ?? "";
    const body = JSON.parse(text) as { key: string; range_end?: string; value?: string };
    const key = decode(body.key);
    calls.push(method === "range" ? "range" : `${method} ${key}`);
    if (method === "put") pairs.set(key, { value: decode(body.value ?? "") });
    if (method === "deleterange") pairs.delete(key);
    const end = decode(body.range_end ?? "");
    const found = [...pairs].filter(([one]) => one >= key && one < end).sort(([a], [b]) => (a < b ? -1 : 1));
    const kvs = found.slice(0, 2).map(([one, { value, lease }]) => ({
      key: encode(one),
      ...(value !== "" && { value: encode(value) }),
      ...(lease && { lease }),
    }));
    response.end(JSON.stringify(method === "range" ? { kvs, ...(found.length > 2 && { more: true }) } : {}));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { record: { ports: { etcdPort: (server.address() as AddressInfo).port } }, calls };
}

describe("what etcd holds", () => {
  test("GIVEN more keys than one answer has WHEN they are read THEN all are there but those that expire and those of others", async () => {
    const pairs = new Map<string, { value: string; lease?: string }>([
      ["/registry/configmaps/default/a", { value: "1" }],
      ["/registry/configmaps/default/b", { value: "" }],
      ["/registry/configmaps/default/c", { value: "3", lease: "7" }],
      ["/registry/events/default/e", { value: "4" }],
      ["/registry/leases/kube-system/api", { value: "5" }],
      ["/registry/secrets/default/s", { value: "6" }],
      ["compact_rev_key", { value: "7" }],
    ]);
    const { record } = await etcd(pairs);
    expect(await readRegistry(record)).toEqual(
      registry({
        "/registry/configmaps/default/a": "1",
        "/registry/configmaps/default/b": "",
        "/registry/secrets/default/s": "6",
      }),
    );
  });

  test("GIVEN another state WHEN the changes to a base are written THEN it is the base, definitions after the deletion of their objects and before their objects", async () => {
    const pairs = new Map([
      ["/registry/configmaps/default/a", { value: "changed" }],
      ["/registry/configmaps/default/same", { value: "same" }],
      ["/registry/other.com/things/default/one", { value: "new" }],
      ["/registry/apiextensions.k8s.io/customresourcedefinitions/things.other.com", { value: "new" }],
    ]);
    const { record, calls } = await etcd(pairs);
    const base = registry({
      "/registry/configmaps/default/a": "1",
      "/registry/configmaps/default/same": "same",
      [definition]: "definition",
      [object]: "object",
    });
    await writeRegistry(record, registryChanges(await readRegistry(record), base));
    expect(await readRegistry(record)).toEqual(base);
    const writes = calls.filter((call) => call !== "range");
    expect(writes.slice(0, 3)).toEqual([
      "deleterange /registry/other.com/things/default/one",
      "deleterange /registry/apiextensions.k8s.io/customresourcedefinitions/things.other.com",
      `put ${definition}`,
    ]);
    expect(writes.slice(3).sort()).toEqual(["put /registry/configmaps/default/a", `put ${object}`]);
  });

  test("GIVEN an etcd that refuses WHEN it is read THEN the reason is said", async () => {
    server = createServer((_, response) => response.writeHead(503).end("no leader"));
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const record = { ports: { etcdPort: (server.address() as AddressInfo).port } };
    await expect(readRegistry(record)).rejects.toThrow("etcd answered 503: no leader");
  });
});

describe("changes", () => {
  const key = fc.constantFrom(definition, object, "/registry/pods/a/b", "/registry/pods/a/c").map(encode);
  const value: fc.Arbitrary<string> = fc.constantFrom("MQ==", "Mg==");
  const state = fc.dictionary(key, value).map((one) => new Map(Object.entries(one)));

  test("GIVEN any two states WHEN the changes are applied THEN one has become the other, and each key is written once", () => {
    fc.assert(
      fc.property(state, state, (now, wanted) => {
        const changes = registryChanges(now, wanted);
        const result = new Map(now);
        const apply = ({ key: one, value }: RegistryChange) =>
          value === undefined ? result.delete(one) : result.set(one, value);
        for (const stage of stages(changes)) stage.forEach(apply);
        expect(result).toEqual(wanted);
        expect(stages(changes).flat()).toHaveLength(changes.length);
        expect(new Set(changes.map((one) => one.key)).size).toBe(changes.length);
      }),
    );
  });
});
