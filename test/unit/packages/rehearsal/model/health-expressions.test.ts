import { expect, test } from "vitest";
import {
  EXPRESSION_END,
  FIELD_END,
  HEALTH,
  kindsOfExpressions,
} from "../../../../../packages/rehearsal/model/health-expressions.js";
import { restore } from "../../../../../packages/rehearsal/model/restore.js";
import { object } from "./support.js";

test("health check expressions that were taken out are shown as the manifest has them", () => {
  const written = [
    { apiVersion: "db.example.org/v1", kind: "Cluster", inProgress: "a", current: "status.phase == 'x'\n&& true" },
    { apiVersion: "db.example.org/v1", kind: "Pooler", current: "b" },
  ];
  const kept = [
    ["db.example.org/v1", "Cluster", "a", "", "status.phase == 'x'\n&& true"],
    ["db.example.org/v1", "Pooler", "", "", "b"],
  ];
  const bare = object(
    "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: a}, spec: {path: .}}",
  );
  const annotations = { [HEALTH]: kept.map((fields) => fields.join(FIELD_END)).join(EXPRESSION_END) };
  const changed = { ...bare, metadata: { ...bare.metadata, annotations } };
  expect(restore(changed)).toEqual({ ...bare, spec: { path: ".", healthCheckExprs: written } });
  expect(kindsOfExpressions(changed)).toEqual(["Cluster", "Pooler"]);
  expect(restore(bare)).toBe(bare);
});
