import { expect, test } from "vitest";
import { assumptions } from "../../../../delivery/rehearse/assumptions.js";
import { withoutNoise } from "../../../../delivery/rehearse/noise.js";
import { normalize } from "../../../../delivery/rehearse/normalize.js";
import { CLUSTER_IP } from "../../../../delivery/rehearse/restore.js";
import { hasPolicies } from "../../../../embedded/rehearsal/policies-in-force.js";
import { serviceAddresses, serviceNetwork } from "../../../../embedded/rehearsal/service-network.js";
import { volumeGrowth } from "../../../../embedded/rehearsal/volume-growth.js";

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
