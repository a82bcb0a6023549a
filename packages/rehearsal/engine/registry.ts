import pLimit from "p-limit";
import type { ClusterRecord } from "./cluster-record.js";

/** The API server's objects in etcd: value by key, both in base64. */
export type Registry = ReadonlyMap<string, string>;

/** A write by which one registry becomes another. */
export interface RegistryChange {
  readonly key: string;
  /** undefined deletes the key. */
  readonly value: string | undefined;
}

/** Prefix of all keys of the API server. */
const ROOT = "/registry/";

/** Keys that the API server writes for itself, with values that expire. */
const ownKeys = /^\/registry\/(leases|masterleases|peerserverleases|events)\//;

const definitionKeys = /^\/registry\/apiextensions\.k8s\.io\/customresourcedefinitions\//;

/** Keys in one response of etcd. */
const PAGE = 500;

/** Concurrent writes. */
const AT_ONCE = 16;

interface Pair {
  readonly key: string;
  /** Absent when it is empty. */
  readonly value?: string;
  readonly lease?: string;
}

/** URL of the JSON gateway that etcd serves beside gRPC. @see https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */
function gateway({ ports }: Pick<ClusterRecord, "ports">): string {
  return `http://127.0.0.1:${ports.etcdPort}/v3/kv`;
}

/** Reads every object, without those that expire: events and leases. */
export async function readRegistry(record: Pick<ClusterRecord, "ports">): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const end = encode(`${ROOT.slice(0, -1)}0`);
  let from = encode(ROOT);
  for (;;) {
    const page = await call<{ kvs?: readonly Pair[]; more?: boolean }>(record, "range", {
      key: from,
      range_end: end,
      limit: PAGE,
    });
    const pairs = page.kvs ?? [];
    for (const { key, value = "", lease } of pairs) {
      if (lease === undefined && !ownKeys.test(decode(key))) found.set(key, value);
    }
    const last = pairs.at(-1);
    if (!page.more || !last) return found;
    from = encode(`${decode(last.key)}\0`);
  }
}

/**
 * Writes each change as a new revision, as the API server does, so that its watches report it.
 * Objects of a definition are deleted before the definition and written after it, because the API
 * server serves them only while the definition exists.
 */
export async function writeRegistry(
  record: Pick<ClusterRecord, "ports">,
  changes: readonly RegistryChange[],
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  for (const stage of stages(changes)) {
    await Promise.all(
      stage.map(({ key, value }) =>
        limit(() => (value === undefined ? call(record, "deleterange", { key }) : call(record, "put", { key, value }))),
      ),
    );
  }
}

/** The writes that turn the present registry into the wanted one. */
export function registryChanges(now: Registry, wanted: Registry): RegistryChange[] {
  const deleted = [...now.keys()].filter((key) => !wanted.has(key)).map((key) => ({ key, value: undefined }));
  const written = [...wanted].filter(([key, value]) => now.get(key) !== value).map(([key, value]) => ({ key, value }));
  return [...deleted, ...written];
}

/** Changes in the order of their stages. Exported for its test. */
export function stages(changes: readonly RegistryChange[]): RegistryChange[][] {
  const isDefinition = ({ key }: RegistryChange) => definitionKeys.test(decode(key));
  const isDeleted = ({ value }: RegistryChange) => value === undefined;
  return [
    changes.filter((one) => isDeleted(one) && !isDefinition(one)),
    changes.filter((one) => isDeleted(one) && isDefinition(one)),
    changes.filter((one) => !isDeleted(one) && isDefinition(one)),
    changes.filter((one) => !isDeleted(one) && !isDefinition(one)),
  ];
}

async function call<T>(record: Pick<ClusterRecord, "ports">, method: string, body: unknown): Promise<T> {
  const response = await fetch(`${gateway(record)}/${method}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd answered ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as T;
}

function encode(key: string): string {
  return Buffer.from(key, "latin1").toString("base64");
}

function decode(key: string): string {
  return Buffer.from(key, "base64").toString("latin1");
}
