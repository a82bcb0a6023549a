import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ObjectProvenance } from "../../packages/manifests/object-provenance.js";
import { renderTrees, type Trees } from "../../packages/manifests/tree.js";
import { identityOf, parseManifests } from "../../packages/provenance/manifest-identity.js";
import { type ProvenanceOptions, provenanceOf } from "../../packages/provenance/provenance.js";
import { buildApps } from "../causes/corpus/main.js";
import { parseSettings } from "../causes/corpus/settings.js";
import { corpus, type Mutation, mutate, mutatedCheckout, places, seeded } from "../causes/mutations.js";

const WANTED = 200;
const SHARE = 0.95;

const program = "test/causes/corpus";
const inputOf = (settings: unknown) => ({
  cluster: "embedded",
  application: { url: "https://gitlab.example.org/shop/application.git", branch: "main", secretName: "shop" },
  settings,
});

/** What came of one mutation. */
interface Outcome {
  readonly mutation: Mutation;
  /** Causes of what changed. */
  readonly changed: readonly ObjectProvenance[];
}

/** The causes of what a mutated program makes otherwise than the corpus; none where it fails, or changes nothing. */
async function outcomeOf(mutation: Mutation, base: Trees): Promise<Outcome | undefined> {
  const root = mkdtempSync(join(tmpdir(), "timonier-causes-"));
  try {
    mutatedCheckout(root, mutation);
    const settings = readFileSync(join(root, program, "settings.yaml"), "utf8");
    const options: ProvenanceOptions = {
      root,
      program,
      settings,
      inputOf: inputOf as ProvenanceOptions["inputOf"],
      base,
    };
    const causes = await provenanceOf({ ...options, timeout: 5_000 });
    return { mutation, changed: causes.filter(({ changed }) => changed) };
  } catch {
    // A program that such a value breaks is never published.
    return undefined;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const isLiteral = ({ mutation }: Outcome, { file, line }: ObjectProvenance) =>
  file === `${program}/${mutation.place.file}` && line === mutation.line;

/** The literal's line, or that of a call around it. */
const isNear = (outcome: Outcome, cause: ObjectProvenance) =>
  isLiteral(outcome, cause) ||
  (cause.file === `${program}/${outcome.mutation.place.file}` && outcome.mutation.place.calls.includes(cause.line));

test(`of ${WANTED} mutated literals, the right line is named for at least ${SHARE * 100} %`, {
  timeout: 900_000,
}, async () => {
  // GIVEN what the corpus makes
  const settings = parseSettings(readFileSync(join(corpus, "settings.yaml"), "utf8"));
  const base = renderTrees(buildApps({ ...inputOf(settings), settings }));
  expect([...base.setup, ...base.application].flatMap(([, text]) => parseManifests(text)).map(identityOf).length).toBe(
    [...base.setup, ...base.application].flatMap(([, text]) => text.match(/^kind: /gm) ?? []).length,
  );
  // WHEN its literals are mutated, one at a time, in an order that the seed decides
  const random = seeded(20_261_125);
  const order = places()
    .map((place) => ({ place, key: random() }))
    .sort((one, other) => one.key - other.key);
  const outcomes: Outcome[] = [];
  for (let round = 0; outcomes.length < WANTED && round < 3; round++) {
    for (const { place } of order) {
      if (outcomes.length === WANTED) break;
      const outcome = await outcomeOf(mutate(place, random), base);
      if (outcome && outcome.changed.length > 0) outcomes.push(outcome);
    }
  }
  // THEN
  const first = (outcome: Outcome) => outcome.changed[0] as ObjectProvenance;
  const right = outcomes.filter((outcome) => isLiteral(outcome, first(outcome)));
  const near = outcomes.filter((outcome) => isNear(outcome, first(outcome)));
  const objects = outcomes.flatMap((outcome) => outcome.changed.map((cause) => isLiteral(outcome, cause)));
  for (const outcome of outcomes.filter((one) => !right.includes(one))) {
    const { file, line, of, kind, name } = first(outcome);
    const { place } = outcome.mutation;
    console.log(
      `missed: ${place.file}:${outcome.mutation.line} (${place.kind}): named ${file}:${line} (${of}) for ${kind} ${name}`,
    );
  }
  const share = (count: number, all: number) => `${count} of ${all}, ${((100 * count) / all).toFixed(1)} %`;
  console.log(`the literal's own line: ${share(right.length, outcomes.length)}`);
  console.log(`its line or that of a call around it: ${share(near.length, outcomes.length)}`);
  console.log(`counted by changed object: ${share(objects.filter(Boolean).length, objects.length)}`);
  expect(outcomes).toHaveLength(WANTED);
  expect(right.length / WANTED).toBeGreaterThanOrEqual(SHARE);
});
