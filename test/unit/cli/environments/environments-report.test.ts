import { describe, expect, test } from "vitest";
import type { EnvironmentFacts } from "../../../../cli/environments/application-states.js";
import { environmentsReport } from "../../../../cli/environments/environments-report.js";
import { renderEnvironments, shortAge } from "../../../../cli/environments/environments-table.js";
import type { ProgramRecord } from "../../../../packages/manifests/program-record.js";
import { commit, facts, kustomization, now, record, view } from "./samples.js";

const minute = 60_000;
const applications = ["nginx", "shop"].map((name) => ({ name, kustomization: name }));

/** An environment with one cluster that applied the head, and has been Ready for some minutes. */
function environment(name: string, head: ProgramRecord, readyFor: number | undefined, soak = 0): EnvironmentFacts {
  const revision = commit(name === "staging" ? "a" : "b");
  const objects = [...head.keys()].map((app) => kustomization(app, revision, readyFor));
  const clusters = [{ stack: name, cluster: name, isUp: true, view: view(...objects) }];
  return facts(name, { head, records: new Map([[revision, head]]), clusters }, soak);
}

const report = (...environments: readonly EnvironmentFacts[]) =>
  environmentsReport({ environments, applications, problems: [], now });

describe("what is ahead", () => {
  const staging = environment("staging", record({ nginx: "x", shop: "new" }), 40);

  test("is decided by what the programs synthesize, and not by their commits", () => {
    const production = environment("production", record({ nginx: "x", shop: "old" }, { program: commit(9) }), 99);
    expect(report(staging, production).ahead).toEqual([
      { environment: "staging", of: "production", applications: ["shop"], removed: [] },
    ]);
  });

  test("includes applications that the next environment never had, and those that it no longer gets", () => {
    const production = environment("production", record({ nginx: "x", old: "y" }), 99);
    expect(report(staging, production).ahead).toEqual([
      { environment: "staging", of: "production", applications: ["shop"], removed: ["old"] },
    ]);
  });

  test("leaves out applications that the next environment excludes", () => {
    const production = environment("production", record({ nginx: "x" }), 99);
    const excluding = { ...production, environment: { ...production.environment, exclude: ["shop"] } };
    expect(report(staging, excluding).ahead).toEqual([]);
  });

  test("is not known without the records of both", () => {
    expect(report(staging, facts("production")).ahead).toEqual([]);
  });

  test("is what runs, where Flux has not applied the head yet", () => {
    const running = { ...staging, head: record({ nginx: "x", shop: "newer" }) };
    const production = environment("production", record({ nginx: "x", shop: "new" }), 99);
    expect(report(running, production).ahead).toEqual([]);
  });

  test("includes applications with another tag of an image that automation owns", () => {
    const production = environment("production", record({ nginx: "x", shop: "new" }), 99);
    const images = (nginx: string, worker: string) =>
      new Map([
        ["default:nginx", nginx],
        ["default:shop.worker", worker],
      ]);
    const ahead = (there: ReadonlyMap<string, string> | undefined) =>
      report({ ...staging, images: images("nginx:2", "worker:1") }, { ...production, images: there }).ahead.flatMap(
        ({ applications }) => applications,
      );
    expect(ahead(images("nginx:2", "worker:1"))).toEqual([]);
    expect(ahead(images("nginx:1", "worker:1"))).toEqual(["nginx"]);
    expect(ahead(images("nginx:2", "worker:0"))).toEqual(["shop"]);
    expect(ahead(new Map())).toEqual(["nginx", "shop"]);
    expect(ahead(undefined)).toEqual([]);
  });

  test("is compared for each pair of neighbours", () => {
    const production = environment("production", record({ nginx: "x", shop: "old" }), 99);
    const canary = environment("canary", record({ nginx: "x", shop: "old" }), 99);
    expect(report(staging, canary, production).ahead.map((one) => [one.environment, one.of])).toEqual([
      ["staging", "canary"],
    ]);
  });
});

describe("what waits", () => {
  const old = record({ shop: "old" });
  const production = environment("production", old, 99, 30 * minute);
  const waiting = (readyFor: number | undefined) => {
    return report(environment("staging", record({ shop: "new" }), readyFor), production).waiting;
  };

  test("for the soak time, with what is left of it", () => {
    expect(waiting(12)).toEqual([
      {
        environment: "production",
        for: "soak",
        application: "shop",
        message: "shop, Ready in staging for 12 minutes of 30 minutes",
        left: 18 * minute,
      },
    ]);
    expect(waiting(30)).toEqual([]);
  });

  test("for an application that is not Ready", () => {
    expect(waiting(undefined)).toEqual([
      {
        environment: "production",
        for: "ready",
        application: "shop",
        message: "shop to be Ready in staging: HealthCheckFailed: timeout",
      },
    ]);
  });

  test("for a time that Flux before 2.7 does not record", () => {
    const staging = environment("staging", record({ shop: "new" }), 5);
    const objects = (staging.clusters[0]?.view?.kustomizations ?? []).map(({ status, ...rest }) => {
      return { ...rest, status: { ...status, history: [] } };
    });
    const clusters = [{ stack: "staging", cluster: "staging", isUp: true, view: view(...objects) }];
    expect(report({ ...staging, clusters }, production).waiting.map(({ message }) => message)).toEqual([
      "shop: since when it is Ready in staging is not known; Flux records it from 2.7 on",
    ]);
  });

  test("for an open merge request", () => {
    const branch = "timonier/promote-production";
    const url = "https://gitlab.example.org/team/application/-/merge_requests/12";
    const mergeRequests = [{ branch, url, reference: "team/application!12" }];
    expect(report(environment("staging", old, 5), { ...production, mergeRequests }).waiting).toEqual([
      {
        environment: "production",
        for: "merge",
        message: `merge request team/application!12 of ${branch}: ${url}`,
        url,
      },
    ]);
  });

  test("for Flux, where a merged change is not applied yet", () => {
    const merged = { ...production, head: record({ shop: "old+" }) };
    expect(report(environment("staging", record({ shop: "old+" }), 5), merged).waiting).toEqual([
      {
        environment: "production",
        for: "flux",
        application: "shop",
        message: "Flux to apply shop of program 44444444",
      },
    ]);
  });
});

test("applications of the records that this checkout lacks are listed as well", () => {
  const { applications: rows } = report(environment("staging", record({ shop: "x", former: "y" }), 5));
  expect(rows.map(({ name }) => name)).toEqual(["nginx", "shop", "former"]);
});

test("an application that is not Ready is a problem; being ahead is none", () => {
  const production = environment("production", record({ shop: "old" }), 99);
  expect(report(environment("staging", record({ shop: "new" }), 5), production)).toMatchObject({
    ok: true,
    problems: [],
  });
  expect(report(environment("staging", record({ shop: "new" }), undefined), production)).toMatchObject({
    ok: false,
    problems: ["shop in staging, stack staging: HealthCheckFailed: timeout"],
  });
});

test("people see the environments side by side", () => {
  const staging = environment("staging", record({ nginx: "x", shop: "new" }), 12);
  const { clusters, ...production } = environment("production", record({ nginx: "x", shop: "old" }), 1500, 30 * minute);
  const more = [
    ...clusters,
    { stack: "west", cluster: "west", isUp: true },
    { stack: "lab", cluster: "lab", isUp: false },
  ];
  const problems = ["stack west, cluster: the cluster does not answer: ECONNREFUSED"];
  const found = environmentsReport({
    environments: [staging, { ...production, clusters: more }],
    ...{ applications, problems, now },
  });
  expect(renderEnvironments(found, now)).toBe(`ENVIRONMENT  STACKS
staging      staging
production   production, west (unreachable), lab (not up)

APPLICATION  STAGING  PROGRAM   REVISION  AGE  PRODUCTION  PROGRAM   REVISION  AGE
nginx        Ready    11111111  aaaaaaaa  12m  unknown     11111111  bbbbbbbb
shop         Ready    33333333  aaaaaaaa  12m  unknown     33333333  bbbbbbbb

staging is ahead of production: shop
production waits for shop, Ready in staging for 12 minutes of 30 minutes

! stack west, cluster: the cluster does not answer: ECONNREFUSED`);
});

test("clusters with different revisions are told apart from one without any", () => {
  const objects = (revision: string) => view(kustomization("shop", revision, 5));
  const clusters = ["a", "b"].map((one) => ({ stack: one, cluster: one, isUp: true, view: objects(commit(one)) }));
  const text = renderEnvironments(report(facts("staging", { clusters })), now);
  expect(text).toContain("nginx        absent\nshop         Ready             several   5m");
});

test("a program with changes that were in no commit is marked", () => {
  const staging = environment("staging", record({ shop: "x" }, { uncommitted: true }), 90);
  expect(renderEnvironments(report(staging), now)).toContain("shop         Ready    11111111+  aaaaaaaa  1h");
});

test.each([
  [0, "0s"],
  [59_999, "59s"],
  [60_000, "1m"],
  [5_400_000, "1h"],
  [200_000_000, "2d"],
  [-5_000, "0s"],
])("an age of %d ms is %s", (milliseconds, text) => {
  expect(shortAge(milliseconds)).toBe(text);
});
