import { expect, test } from "vitest";
import { at } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { withOpenKinds } from "../../../../../packages/rehearsal/model/open-kinds.js";
import { object } from "./support.js";

const definition = (group: string) =>
  object(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: alerts}
spec:
  group: ${group}
  versions:
    - name: v1beta3
      schema:
        openAPIV3Schema:
          properties:
            spec:
              properties:
                eventSources: {items: {properties: {kind: {type: string, enum: [Kustomization]}}}}
                eventSeverity: {type: string, enum: [info, error]}
`);
const schema = ["spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties"] as const;

test("references of Alerts may name any kind, and nothing else is opened", () => {
  const open = withOpenKinds(definition("notification.toolkit.fluxcd.io"));
  expect(at(open, ...schema, "eventSources", "items", "properties", "kind")).toEqual({ type: "string" });
  expect(at(open, ...schema, "eventSeverity", "enum")).toEqual(["info", "error"]);
  const other = definition("kustomize.toolkit.fluxcd.io");
  expect(withOpenKinds(other)).toBe(other);
});
