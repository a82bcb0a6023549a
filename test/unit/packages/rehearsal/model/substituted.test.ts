import { expect, test } from "vitest";
import { readersOfOtherVariables } from "../../../../../packages/rehearsal/model/substituted.js";
import { object } from "./support.js";

const reader = (name: string, reference: string) =>
  object(`{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: ${name}, namespace: flux-system},
    spec: {postBuild: {substituteFrom: [${reference}]}}}`);
const variables = (region: string, kind = "ConfigMap", label = "a") =>
  object(`{apiVersion: v1, kind: ${kind}, metadata: {name: cluster, namespace: flux-system, labels: {label: ${label}}},
    data: {REGION: ${region}}}`);

test("GIVEN a ConfigMap or a Secret with other values THEN the Kustomizations that take variables from it are named", () => {
  const [one, two] = [
    reader("one", "{kind: ConfigMap, name: cluster}"),
    reader("two", "{kind: Secret, name: cluster}"),
  ];
  const names = (before: object[], after: object[]) =>
    readersOfOtherVariables(before as never, [one, two, ...after] as never).map(({ metadata }) => metadata.name);
  expect(names([variables("eu")], [variables("us")])).toEqual(["one"]);
  expect(names([variables("eu", "Secret")], [variables("us", "Secret")])).toEqual(["two"]);
  expect(names([], [variables("us")])).toEqual(["one"]);
  expect(names([variables("eu")], [])).toEqual(["one"]);
  expect(names([variables("eu")], [variables("eu", "ConfigMap", "b")])).toEqual([]);
});
