import { expect, test } from "vitest";
import { ASSUMED, assumptionOf, withoutAssumption } from "../../../../../packages/rehearsal/model/assumption.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

const source = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "HelmRepository",
  metadata: { name: "charts", namespace: "default" },
  spec: { url: "https://charts.example.com", interval: "1h", ...spec },
});

test("an assumed source is looked at again for another address, not for another interval", () => {
  const now = assumptionOf(source({}), undefined);
  expect(assumptionOf(source({ interval: "5m", timeout: "30s" }), undefined)).toBe(now);
  expect(assumptionOf(source({ url: "https://other.example.com" }), undefined)).not.toBe(now);
  expect(assumptionOf(source({ secretRef: { name: "login" } }), undefined)).not.toBe(now);
});

test("an assumed source is shown with its interval", () => {
  const assumed = source({ suspend: true });
  const annotations = { [ASSUMED]: assumptionOf(assumed, undefined) };
  expect(withoutAssumption({ ...assumed, metadata: { ...assumed.metadata, annotations } })).toEqual(source({}));
});
