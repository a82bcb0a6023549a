import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { previewSteps } from "../contract/engine.js";
import { WorkingCopy } from "./support/working-copy.js";

// The engine finds the resources of a stack by their URNs. former-state.json has the resources of
// an embedded stack that the version before the renames of type tokens and parents has made; this
// test gives a running stack the same URNs.

/** A resource in a deployment, as far as it is read here. */
interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly aliases?: readonly string[];
}

interface Exported {
  readonly deployment: { readonly resources: readonly Recorded[] };
}

const fixture = new URL("former-state.json", import.meta.url);

/** A component that earlier versions did not have: its children were its parent's. */
const ADDED = "timonier:gitlab:RepositoryTokens";

/** Type tokens now, and before. */
const RENAMED = [["timonier:flux:InstalledObjects", "kubernetes:yaml/v2:ConfigGroup"]] as const;

/** The deployment as the earlier version would have recorded it. */
function formerly({ deployment, ...rest }: Exported): Exported {
  const parents = new Map(
    deployment.resources.flatMap(({ urn, type, parent = "" }) => (type === ADDED ? [[urn, parent] as const] : [])),
  );
  const resources = deployment.resources
    .filter(({ type }) => type !== ADDED)
    // Aliases are this version's: the earlier one had none of them.
    .map(({ aliases: _, parent, ...resource }) => ({
      ...resource,
      ...(parent && { parent: parents.get(parent) ?? parent }),
    }));
  let text = JSON.stringify({ ...rest, deployment: { ...deployment, resources } });
  text = text.replaceAll(`$${ADDED}$`, "$");
  for (const [now, before] of RENAMED) text = text.replaceAll(now, before);
  return JSON.parse(text) as Exported;
}

const shape = ({ deployment }: Exported) =>
  deployment.resources.map(({ urn, parent }) => ({ urn, ...(parent && { parent }) }));

let copy: WorkingCopy;
beforeAll(() => {
  copy = new WorkingCopy();
});
afterAll(async () => {
  await copy.remove();
});

test("GIVEN a stack of an earlier version WHEN it is previewed and updated THEN every resource stays", async () => {
  // GIVEN
  expect((await copy.timonier("up")).exitCode).toBe(0);
  const exported = JSON.parse((await copy.shell("pulumi stack export -s embedded")).stdout) as Exported;
  const former = formerly(exported);
  expect(shape(former)).toEqual(expect.arrayContaining(JSON.parse(readFileSync(fixture, "utf8")) as unknown[]));
  const file = join(copy.state, "former.json");
  writeFileSync(file, JSON.stringify(former));
  expect((await copy.shell(`pulumi stack import -s embedded --file '${file}'`)).exitCode).toBe(0);
  // WHEN
  const steps = await previewSteps(copy, "embedded");
  // THEN
  // The engine reports them in the order in which they were registered, which varies.
  const changed = steps.filter(({ op }) => op !== "same").sort((one, other) => (one.what < other.what ? -1 : 1));
  expect(changed).toEqual(["application", "setup"].map((name) => ({ op: "create", what: `${ADDED} ${name}-tokens` })));
  expect((await copy.timonier("up")).exitCode).toBe(0);
  const updated = JSON.parse((await copy.shell("pulumi stack export -s embedded")).stdout) as Exported;
  expect(new Set(shape(updated))).toEqual(new Set(shape(exported)));
});
