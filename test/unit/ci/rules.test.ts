import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkout } from "../../../packages/kit/state-folder.js";
import { listJobs, schemaFaults } from "../../e2e/support/pipeline.js";

// Which jobs there are for what happens, as gitlab-ci-local reads the files; nothing is run.

const onMain = { CI_COMMIT_BRANCH: "main", CI_DEFAULT_BRANCH: "main" };
const slow = 120_000;

interface Job {
  readonly extends?: string | readonly string[];
  readonly cache?: ReadonlyArray<{ readonly paths: readonly string[]; readonly policy?: string }>;
  readonly id_tokens?: object;
}

/** A job's own setting, or that of the last template that has it, or the default. */
function settingOf<K extends keyof Job>(file: Readonly<Record<string, Job>>, name: string, key: K): Job[K] | undefined {
  const { extends: templates = [] } = file[name] ?? {};
  const places = [name, ...[templates].flat().toReversed(), "default"];
  return places.map((one) => file[one]?.[key]).find((value) => value !== undefined);
}

describe("what a pipeline of this program costs", () => {
  const text = readFileSync(join(checkout, ".gitlab-ci.yml"), "utf8");
  const file = parse(text, { merge: true }) as Record<string, Job>;
  const caches = (name: string) => settingOf(file, name, "cache") ?? [];

  test.each([
    ["a merge request", ["lint", "unit", "synth", "preview", "rehearse", "note", "gate"]],
    ["the default branch", ["lint", "unit", "up", "publish"]],
  ])("of %s: each cache is pushed once", (_, jobs) => {
    const pushed = jobs.flatMap((job) =>
      caches(job).flatMap(({ paths, policy }) => (policy === "pull" ? [] : paths.map((path) => `${job} ${path}`))),
    );
    const second = jobs.includes("rehearse") ? "rehearse" : "up";
    expect(pushed).toEqual(["lint .cache/npm/", `${second} .cache/tools/`]);
  });

  test("jobs that need no tools do not load them", () => {
    for (const job of ["lint", "unit", "synth", "note", "gate"])
      expect(caches(job).flatMap(({ paths }) => paths)).toEqual([".cache/npm/"]);
  });

  test("jobs that use a cloud have an ID token, no other has", () => {
    const having = Object.keys(file).filter((job) => !job.startsWith(".") && settingOf(file, job, "id_tokens"));
    expect(having).toEqual(["preview", "up", "publish", "rotate", "promote"]);
  });
});

describe("this program's pipeline", () => {
  const folder = checkout;
  const jobs = (predefined: Record<string, string>, variables: Record<string, string> = { TIMONIER_STACKS: "one" }) =>
    listJobs({ folder, predefined, variables });

  test(
    "of a merge request looks and tells, and changes nothing",
    async () => {
      const expected = ["lint", "unit", "synth", "preview", "rehearse", "note", "gate"];
      expect(await jobs({ CI_PIPELINE_SOURCE: "merge_request_event" })).toEqual(expected);
    },
    slow,
  );

  test(
    "of the default branch brings the stacks up and publishes; without stacks it only checks",
    async () => {
      expect(await jobs({ CI_PIPELINE_SOURCE: "push", ...onMain })).toEqual(["lint", "unit", "up", "publish"]);
      expect(await jobs({ CI_PIPELINE_SOURCE: "push", ...onMain }, {})).toEqual(["lint", "unit"]);
    },
    slow,
  );

  test(
    "of a schedule rotates",
    async () => {
      expect(await jobs({ CI_PIPELINE_SOURCE: "schedule", ...onMain })).toEqual(["rotate"]);
      const promotes = { CI_PIPELINE_SOURCE: "schedule", TIMONIER_PROMOTE_TO: "production" };
      expect(await jobs({ ...promotes, ...onMain })).toEqual(["promote"]);
    },
    slow,
  );

  test(
    "of any other branch is none",
    async () => {
      expect(await jobs({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "topic", CI_DEFAULT_BRANCH: "main" })).toEqual(
        [],
      );
    },
    slow,
  );

  test(
    "is what GitLab's schema allows",
    async () => {
      expect(await schemaFaults({ folder, predefined: { CI_PIPELINE_SOURCE: "merge_request_event" } })).toBe("");
    },
    slow,
  );
});

describe("the repositories' pipeline", () => {
  const options = { folder: checkout, file: "ci/repository.yml" };
  const request = { CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_PROJECT_ID: "3" };
  const own = { ...request, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "3" };
  const variables = { TIMONIER_PROGRAM: "https://gitlab.example.org/platform/timonier.git" };

  test(
    "is there for merge requests, once it is known where the program is",
    async () => {
      expect(await listJobs({ ...options, predefined: own, variables })).toEqual(["rehearse"]);
      expect(await listJobs({ ...options, predefined: own })).toEqual([]);
      expect(await listJobs({ ...options, predefined: { CI_PIPELINE_SOURCE: "push", ...onMain }, variables })).toEqual(
        [],
      );
    },
    slow,
  );

  test(
    "is there for a fork's, which has no variables, to say so",
    async () => {
      const predefined = { ...request, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "4" };
      expect(await listJobs({ ...options, predefined })).toEqual(["rehearse"]);
    },
    slow,
  );

  test(
    "is small, and what GitLab's schema allows",
    async () => {
      expect(await schemaFaults({ ...options, predefined: own, variables })).toBe("");
      expect(readFileSync(join(checkout, options.file), "utf8").split("\n").length).toBeLessThan(50);
    },
    slow,
  );
});
