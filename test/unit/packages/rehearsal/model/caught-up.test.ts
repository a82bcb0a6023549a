import { describe, expect, test } from "vitest";
import { hasCaughtUp } from "../../../../../packages/rehearsal/model/caught-up.js";
import { object } from "./support.js";

const kinds = new Set([
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "apps/Deployment",
  "source.toolkit.fluxcd.io/HelmChart",
]);
const deployment = (metadata: string, { uid = "a", status = "{}" } = {}) =>
  object(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, ${metadata}}, status: ${status}}`,
    uid,
  );
const root = object(
  "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: root, namespace: flux-system, generation: 1}}",
  "r",
);
const web = deployment("generation: 1");
const other = object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}");
const chart = object(
  "{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmChart, metadata: {name: a, namespace: shop}}",
  "c",
);

describe("whether the watches have received every object", () => {
  test.each([
    ["nothing yet, though the root is applied", [], [root], false],
    ["the root, and not what it applied", [root], [root, web], false],
    ["all of it", [root, web], [web, root], true],
    ["all of it, at another status", [web], [deployment("generation: 1", { status: "{replicas: 1}" })], true],
    ["all of it, but for a change", [web], [deployment("generation: 2")], false],
    ["one that was recreated since", [web], [deployment("generation: 1", { uid: "b" })], false],
    ["one that is on its way out by now", [web], [deployment("generation: 1, deletionTimestamp: now")], false],
    ["one that is gone", [root, web], [root], false],
    ["all that is watched", [root], [root, other], true],
    ["a chart that is not there yet", [root, chart], [root], false],
    ["charts, which snapshots have as well", [root, chart], [root, chart], true],
  ])("%s", (_what, watched, snapshot, expected) => {
    expect(hasCaughtUp(watched, snapshot, kinds)).toBe(expected);
  });
});
