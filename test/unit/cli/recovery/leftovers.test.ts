import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptOnPurpose, objectsByKind } from "../../../../cli/recovery/leftovers.js";
import { findStack } from "../../../../cli/stack/stack.js";
import { StateFolder } from "../../../../packages/kit/state-folder.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-leftovers-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("what is kept is named where it is there", () => {
  const stack = findStack("west", new StateFolder(join(root, "state")));
  const cache = { TIMONIER_CACHE: join(root, "cache") };
  expect(keptOnPurpose(stack, cache)).toEqual([`kept ${stack.state.bin}: the tools, for the next up`]);
  const backups = join(stack.state.backend, ".pulumi", "backups", "timonier", "west");
  for (const folder of [backups, cache.TIMONIER_CACHE]) mkdirSync(folder, { recursive: true });
  expect(keptOnPurpose(stack, cache).join("\n")).toMatch(/kept .*backups\/timonier\/west: .*\n.*\nkept .*cache: /);
});

test("objects of a cluster are listed by kind, with their namespaces; what is none of a cluster's is not", () => {
  const made = (kind: string, name: string, namespace?: string) => ({
    urn: `urn:${name}`,
    type: `kubernetes:apps/v1:${kind}`,
    inputs: { kind, metadata: { name, ...(namespace && { namespace }) } },
  });
  const resources = [
    made("Namespace", "flux-system"),
    made("Deployment", "source-controller", "flux-system"),
    made("Deployment", "helm-controller", "flux-system"),
    { urn: "urn:p", type: "pulumi:providers:kubernetes", inputs: { kubeconfig: "…" } },
    { urn: "urn:g", type: "gitlab:index/project:Project", inputs: { path: "setup" } },
  ];
  expect(objectsByKind({ resources })).toEqual([
    "Deployment flux-system/helm-controller, flux-system/source-controller",
    "Namespace flux-system",
  ]);
  expect(objectsByKind({})).toEqual([]);
});
