import fc from "fast-check";
import { expect, test } from "vitest";
import { keysOfValues, replaceEncrypted } from "../../../../../packages/rehearsal/model/encrypted.js";
import { undefinedSources } from "../../../../../packages/rehearsal/model/entries/root-objects.js";
import { clustersOf } from "../../../../../packages/rehearsal/model/entries.js";
import { compatible, moving } from "../../../../../packages/rehearsal/model/follows.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { namesNamespace } from "../../../../../packages/rehearsal/model/reach.js";
import { isServable, parsed, scan, type TreeFiles } from "../../../../../packages/rehearsal/model/scan.js";
import { highestIn } from "../../../../../packages/rehearsal/model/semver-range.js";
import {
  followingsOf,
  gitRepositories,
  pathRoot,
  routing,
} from "../../../../../packages/rehearsal/model/source-routes.js";
import { namespacedPaths, stubDefinitions } from "../../../../../packages/rehearsal/model/stubs.js";
import { reaches, unchangedKustomizations } from "../../../../../packages/rehearsal/model/unchanged-kustomizations.js";
import { tree } from "./generated.js";

/** Everything that is asked of trees before a control plane runs. */
function readTree(base: TreeFiles, head: TreeFiles): void {
  const [before, after] = [scan(base), scan(head)];
  const maps = keysOfValues(before);
  for (const [path, text] of [...base, ...head]) replaceEncrypted({ path, text, maps });
  const scanned = {
    name: "t0",
    origin: "https://git.example.com/group/fleet.git",
    as: ["a/b"],
    base: before,
    head: after,
  };
  for (const root of [
    ...clustersOf({ documents: before, files: base, origin: scanned.origin, branch: "main" }),
    pathRoot("./apps", "main", undefined, undefinedSources(before, ["a"])),
  ]) {
    const routes = routing([scanned], root);
    const followed = followingsOf(scanned, routes, gitRepositories([scanned], root), root);
    moving(followed, "main");
    for (const { value } of followed) highestIn(value, ["v1.0.0", value]);
    compatible(new Map(followed.map(({ key }) => [key, "x"])));
  }
  namesNamespace(base, "./apps");
  for (const { apiVersion, kind } of [...before, ...after])
    expect(isServable(apiVersion, kind), `${apiVersion} ${kind}`).toBe(true);
  const readable = { files: head, paths: [...head.keys()], links: [] };
  const namespaces = namespacedPaths(readable, []);
  stubDefinitions({ base: before, head: after, assumed: [], namespaces }).forEach(expectValid);
  const objects = [before, after].map((documents) => documents.flatMap((one) => parsed(one) ?? []));
  const [old = [], young = []] = objects as [KubeObject[], KubeObject[]];
  const change = { base: "a", head: "b", changed: [...head.keys()], tree: readable };
  reaches(
    old,
    young,
    unchangedKustomizations(young, old, () => change),
  );
}

/** As the API server checks a definition. */
function expectValid({ metadata, spec }: KubeObject): void {
  const { names } = spec as { names: Record<string, string> };
  const label = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
  for (const name of Object.values(names)) expect(name.toLowerCase()).toMatch(label);
  expect(metadata.name.length).toBeLessThan(254);
}

test("GIVEN 2,000 generated trees, two at a time, WHEN they are read THEN none of them ends in an error", () => {
  fc.assert(fc.property(tree, tree, readTree), { numRuns: 1_000, endOnFailure: true });
});
