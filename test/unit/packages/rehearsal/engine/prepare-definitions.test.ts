import { expect, test } from "vitest";
import { type ApiCall, ApiError, type KubeApi } from "../../../../../packages/kit/kube-api.js";
import { UserError } from "../../../../../packages/kit/user-error.js";
import { prepareDefinitions } from "../../../../../packages/rehearsal/engine/prepare-definitions.js";
import type { RehearsalCluster, RehearsalContext } from "../../../../../packages/rehearsal/engine/rehearsal-cluster.js";
import type { RehearsalPlan } from "../../../../../packages/rehearsal/engine/rehearsal-plan.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

const boat: KubeObject = { apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "one" } };
const definition: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { kind: "Boat", plural: "boats" },
    versions: [{ name: "v1", served: true, storage: true }],
  },
};

/** Applies what --assume gives. @returns paths in the order in which they were written */
async function prepared(assumed: readonly KubeObject[], rejected?: ApiError): Promise<string[]> {
  const written: string[] = [];
  const kinds: Readonly<Record<string, object>> = {
    "/apis/apiextensions.k8s.io/v1": {
      resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
    },
  };
  const boats = { resources: [{ name: "boats", kind: "Boat", namespaced: false }] };
  const api = {
    call: async ({ method, path, body }: ApiCall) => {
      if (method !== "PATCH") return { items: [] };
      if (rejected && path.includes("/boats/")) throw rejected;
      written.push(path);
      return body;
    },
    find: async (path: string) =>
      kinds[path] ?? (written.some((one) => one.endsWith("boats.example.com")) ? boats : undefined),
  };
  await prepareDefinitions(
    { api: api as unknown as KubeApi } as RehearsalCluster,
    { trees: [], root: { objects: [] }, assumed } as unknown as RehearsalPlan,
    { progress: () => {} } as unknown as RehearsalContext,
  );
  return written;
}

test("GIVEN a definition and an object of it WHEN both are assumed THEN the definition comes first, whatever their order", async () => {
  expect(await prepared([boat, definition])).toEqual([
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.example.com",
    "/apis/example.com/v1/boats/one",
  ]);
});

test("GIVEN an object that the API server refuses WHEN assumed THEN the error says which, why and the fix", async () => {
  const rejection = new ApiError(422, "Invalid", "spec.size: Required value");
  const failing = prepared([definition, boat], rejection);
  await expect(failing).rejects.toThrow(UserError);
  await expect(failing).rejects.toThrow(/spec\.size: Required value[\s\S]*Boat one[\s\S]*--assume/);
});
