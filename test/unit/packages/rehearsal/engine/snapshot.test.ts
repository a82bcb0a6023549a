import { expect, test } from "vitest";
import { type ApiCall, ApiError, type KubeApi } from "../../../../../packages/kit/kube-api.js";
import { takeSnapshot } from "../../../../../packages/rehearsal/engine/snapshot.js";

const resource = (name: string, kind: string) => ({
  resource: name,
  responseKind: { kind },
  verbs: ["create", "list"],
});
const group = (name: string, resources: readonly object[]) => ({
  metadata: { name },
  versions: [{ version: "v1", freshness: "Current", resources }],
});

/** What the API server answers, by path; a function is called. */
function api(outcomes: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const call = async ({ path, query }: ApiCall) => {
    asked.push(query?.labelSelector ? `${path}?${query.labelSelector}` : path);
    const outcome = outcomes[path];
    return typeof outcome === "function" ? outcome() : { items: outcome ?? [] };
  };
  return { asked, server: { call } as unknown as KubeApi };
}

const one = (name: string) => ({ metadata: { name, namespace: "shop" } });

test("GIVEN a kind whose server does not answer WHEN listed THEN it is told, and the others are there", async () => {
  const { server } = api({
    "/api": [group("", [resource("configmaps", "ConfigMap")])],
    "/apis": [group("example.com", [resource("boats", "Boat")])],
    "/api/v1/configmaps": [one("a")],
    "/apis/example.com/v1/boats": () => {
      throw new ApiError(503, "ServiceUnavailable", "no endpoints");
    },
  });
  expect(await takeSnapshot(server)).toEqual({
    snapshot: [{ apiVersion: "v1", kind: "ConfigMap", ...one("a") }],
    unlisted: [{ apiVersion: "example.com/v1", kind: "Boat", message: "no endpoints" }],
  });
});

test("GIVEN a kind of which controllers write most WHEN listed THEN only what bears Flux's labels is asked for", async () => {
  const { server, asked } = api({ "/api": [group("", [resource("pods", "Pod")])], "/api/v1/pods": [one("once")] });
  expect((await takeSnapshot(server)).snapshot).toHaveLength(1);
  expect(asked.slice(2)).toEqual([
    "/api/v1/pods?kustomize.toolkit.fluxcd.io/name",
    "/api/v1/pods?helm.toolkit.fluxcd.io/name",
  ]);
});

test("GIVEN another failure WHEN listed THEN it is thrown", async () => {
  const { server } = api({
    "/api": [group("", [resource("configmaps", "ConfigMap")])],
    "/api/v1/configmaps": () => {
      throw new ApiError(401, "Unauthorized", "Unauthorized");
    },
  });
  await expect(takeSnapshot(server)).rejects.toThrow("Unauthorized");
});
