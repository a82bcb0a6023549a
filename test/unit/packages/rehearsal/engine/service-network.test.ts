import { expect, test } from "vitest";
import { hasPolicies } from "../../../../../packages/rehearsal/engine/policies-in-force.js";
import { serviceAddresses, serviceNetwork } from "../../../../../packages/rehearsal/engine/service-network.js";
import { volumeGrowth } from "../../../../../packages/rehearsal/engine/volume-growth.js";
import { assumptions } from "../../../../../packages/rehearsal/model/assumptions.js";
import { withoutNoise } from "../../../../../packages/rehearsal/model/noise.js";
import { normalize } from "../../../../../packages/rehearsal/model/normalize.js";
import { CLUSTER_IP } from "../../../../../packages/rehearsal/model/restore.js";

test("the rehearsal's own policies are bound, are no objects of the trees, and hold nothing against them", () => {
  const own = [...serviceAddresses, ...volumeGrowth];
  expect(own.map(({ kind }) => kind)).toEqual([
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
  ]);
  expect(withoutNoise(own)).toEqual([]);
  expect(hasPolicies(own)).toBe(false);
});

test("an address in the network is left alone, and the one that is kept is nobody's annotation", () => {
  for (const range of serviceNetwork.split(",")) expect(JSON.stringify(serviceAddresses)).toContain(range);
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "a", annotations: { [CLUSTER_IP]: "172.20.0.10" } },
    spec: { clusterIP: "10.0.0.1" },
  };
  expect(normalize(service).metadata.annotations).toBeUndefined();
  expect(assumptions([], [service])).toHaveLength(1);
});
