import { describe, expect, test } from "vitest";
import {
  describePromotion,
  type PromotionFacts,
  planPromotion,
  promotedRecord,
  type RunningApplication,
} from "../../../../cli/promotion/promotion-plan.js";
import { joinClusters } from "../../../../cli/promotion/running-applications.js";
import type { ApplicationRecord } from "../../../../packages/manifests/program-record.js";

const now = new Date("2026-11-29T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const program = "a".repeat(40);
const revision = "b".repeat(40);
const record = (synthesis: string, more: Partial<ApplicationRecord> = {}): ApplicationRecord => ({
  ...{ program, synthesis, folder: "applications/shop", kustomization: "shop" },
  ...more,
});
const running = (synthesis: string, more: Partial<RunningApplication> = {}): RunningApplication => ({
  ...{ record: record(synthesis), revision, ready: true, message: "", since: minutesAgo(45) },
  ...more,
});

/** shop differs, nginx is the same, both run. */
function facts(more: Partial<PromotionFacts> = {}): PromotionFacts {
  return {
    ...{ from: "staging", to: { name: "production", soak: 30 * 60_000, exclude: [] }, asked: [], now },
    running: new Map([
      ["nginx", running("1")],
      ["shop", running("2")],
    ]),
    images: { from: new Map(), to: new Map() },
    heads: {
      from: new Map([
        ["nginx", record("1")],
        ["shop", record("2")],
      ]),
      to: new Map([
        ["nginx", record("1")],
        ["shop", record("old")],
      ]),
    },
    ...more,
  };
}

const onlyShop = (more: Partial<RunningApplication>) =>
  facts({
    running: new Map([
      ["nginx", running("1")],
      ["shop", running("2", more)],
    ]),
  });

describe("what is promoted", () => {
  test("what differs, and only that", () => {
    const { promoted, removed, waits } = planPromotion(facts());
    expect([...promoted.keys()]).toEqual(["shop"]);
    expect(removed).toEqual([]);
    expect(waits).toEqual([]);
  });

  test("an application that is new, and none that the environment does not have", () => {
    const heads = { from: facts().heads.from, to: new Map() };
    expect([...planPromotion(facts({ heads })).promoted.keys()]).toEqual(["nginx", "shop"]);
    const to = { name: "production", soak: 0, exclude: ["shop"] };
    expect([...planPromotion(facts({ heads, to })).promoted.keys()]).toEqual(["nginx"]);
  });

  test("the removal of an application that the environment before no longer has", () => {
    const to = new Map([...facts().heads.to, ["gone", record("1")]]);
    const plan = planPromotion(facts({ heads: { ...facts().heads, to } }));
    expect(plan.removed).toEqual(["gone"]);
    expect(promotedRecord(plan, facts({ heads: { ...facts().heads, to } })).has("gone")).toBe(false);
  });

  test("what was asked for, also where the record at the head is newer than what runs", () => {
    const heads = {
      ...facts().heads,
      from: new Map([
        ["shop", record("3")],
        ["nginx", record("1")],
      ]),
    };
    const plan = planPromotion(facts({ heads, asked: ["shop"] }));
    expect(plan.promoted.get("shop")?.record.synthesis).toBe("2");
  });

  test("what only differs in a tag that image automation set", () => {
    const tag = (image: string) => new Map([["nginx", new Map([["default:nginx", image]])]]);
    const plan = (from: string, to: string) =>
      planPromotion(facts({ asked: ["nginx"], images: { from: tag(from), to: tag(to) } }));
    expect([...plan("nginx:1.14.3", "nginx:1.14.2").promoted.keys()]).toEqual(["nginx"]);
    expect([...plan("nginx:1.14.3", "nginx:1.14.3").promoted.keys()]).toEqual([]);
  });

  test("the record says what was promoted from where", () => {
    expect(promotedRecord(planPromotion(facts()), facts()).get("shop")).toEqual({
      ...record("2"),
      promoted: { from: "staging", revision },
    });
    expect(promotedRecord(planPromotion(facts()), facts()).get("nginx")).toEqual(record("1"));
  });
});

describe("the gate", () => {
  test.each<[string, Partial<RunningApplication>, readonly string[]]>([
    [
      "waits for the soak time",
      { since: minutesAgo(12) },
      ["shop has been Ready in staging for 12 minutes of 30 minutes"],
    ],
    ["is open when it is over to the second", { since: minutesAgo(30) }, []],
    [
      "waits for an application that is not Ready",
      { ready: false, since: undefined, message: "1 of 2" },
      ["shop is not Ready in staging: 1 of 2"],
    ],
    [
      "a clock that is behind counts as no time",
      { since: minutesAgo(-1) },
      ["shop has been Ready in staging for 0 seconds of 30 minutes"],
    ],
    [
      "an older Flux cannot say it",
      { since: undefined },
      ["shop: Flux in staging does not record since when it is Ready; it does from 2.7 on"],
    ],
  ])("%s", (_, more, waits) => {
    expect(planPromotion(onlyShop(more)).waits).toEqual(waits);
    expect(describePromotion(planPromotion(onlyShop(more)), onlyShop(more))).toMatchObject({
      from: "staging",
      to: "production",
      waits,
    });
  });
});

describe("what cannot be promoted", () => {
  test.each<[string, PromotionFacts, RegExp]>([
    ["an unknown name", facts({ asked: ["shp"] }), /shp is not an application of staging or production/],
    [
      "what never ran",
      facts({ asked: ["shop"], running: new Map([["nginx", running("1")]]) }),
      /shop is not running in staging yet/,
    ],
    [
      "changes in no commit",
      onlyShop({ record: record("2", { uncommitted: true }) }),
      /changes that were in no commit/,
    ],
    ["a program outside of Git", onlyShop({ record: record("2", { program: undefined }) }), /no Git repository/],
  ])("%s", (_, given, message) => {
    expect(() => planPromotion(given)).toThrow(message);
  });

  test("changes in no commit do not matter for what is the same", () => {
    const given = facts({
      running: new Map([["nginx", running("1", { record: record("1", { uncommitted: true }) })]]),
    });
    expect(planPromotion(given).promoted.size).toBe(0);
  });
});

describe("several clusters of one environment", () => {
  const one = running("1", { since: minutesAgo(50) });
  test.each<[string, readonly RunningApplication[], number, Partial<RunningApplication> | undefined]>([
    [
      "the last one decides since when",
      [one, running("1", { since: minutesAgo(3) })],
      2,
      { ready: true, since: minutesAgo(3) },
    ],
    ["all must have it", [one], 2, { ready: false, message: "it does not run in every cluster" }],
    [
      "all must have the same",
      [one, running("2")],
      2,
      { ready: false, message: "the clusters run different versions" },
    ],
    [
      "all must be Ready",
      [one, running("1", { ready: false, message: "1 of 2" })],
      2,
      { ready: false, message: "1 of 2" },
    ],
    ["no cluster has it", [], 2, undefined],
  ])("%s", (_, all, clusters, expected) => {
    const joined = joinClusters(all, clusters);
    if (expected) expect(joined).toMatchObject(expected);
    else expect(joined).toBeUndefined();
  });
});
