import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "./figures.js";
import { measure } from "./run.js";
import type { Scene } from "./scene.js";

/** How a row of the table is measured; its figures are in bench/results.json. */
interface Row {
  /** Measured unless rows are named. */
  readonly cheap: boolean;
  readonly runs: number;
  /** How long one run takes on two cores, and what it needs. */
  readonly about: string;
  /** Measures one run. */
  once(scene: Scene): Promise<Sample>;
}

const onStack = (verb: string) => async (scene: Scene) => scene.timonier(verb, await scene.stack());

/** The source file that the row of a change to one package changes. */
const CHANGED = "constructs/alert.ts";

export const rows: Readonly<Record<string, Row>> = {
  status: { cheap: true, runs: 5, about: "a second, on a stack that is up", once: onStack("status") },
  preview: { cheap: true, runs: 5, about: "ten seconds, on a stack that is up", once: onStack("preview") },
  "up-unchanged": { cheap: true, runs: 3, about: "ten seconds, on a stack that is up", once: onStack("up") },
  "first-up": {
    cheap: true,
    runs: 3,
    about: "half a minute, with the tools in the cache",
    once: async (scene) => {
      const state = scene.folder("first");
      try {
        return await scene.timonier("up", state);
      } finally {
        await scene.timonier("down", state);
      }
    },
  },
  unit: {
    cheap: true,
    runs: 3,
    about: "half a minute",
    once: (scene) => scene.here(["npx", "vitest", "run", "--project", "unit"]),
  },
  "npm-test": {
    cheap: false,
    runs: 1,
    about: "up to an hour, in a clone, with the tools in the cache",
    once: (scene) => measure(["npm", "test"], scene.clone()),
  },
  "ci-everything": {
    cheap: false,
    runs: 1,
    about: "up to an hour; the cache of passed lanes must be empty, or the lanes that passed are not run",
    once: (scene) => measure([".ci/run"], scene.clone()),
  },
  "ci-one-package": {
    cheap: false,
    runs: 1,
    about: `a quarter of an hour or more, after ci-everything on the same commit; the change is to ${CHANGED}`,
    once: (scene) => {
      const clone = scene.clone();
      appendFileSync(join(clone.cwd, CHANGED), "\n// Changed by the benchmark.\n");
      return measure([".ci/run"], clone);
    },
  },
  "ci-nothing": {
    cheap: false,
    runs: 1,
    about: "an hour or more, with an empty HOME",
    once: (scene) => measure([".ci/run"], scene.nothing()),
  },
  "up-nothing": {
    cheap: false,
    runs: 1,
    about: "a quarter of an hour or more, with an empty HOME",
    once: (scene) => measure(["npm", "run", "up"], scene.nothing()),
  },
};

/** Benchmarks that print their own tables and have limits of their own; run by name. */
export const others: Readonly<Record<string, { readonly entry: string; readonly about: string }>> = {
  memory: { entry: "bench/up.ts", about: "memory and the parts of a first `up`" },
  rehearsal: { entry: "bench/rehearse.ts", about: "rehearsals of 3 and 100 applications" },
  "home-operations": { entry: "bench/home-operations.ts", about: "a rehearsal of 20 Kustomizations with 60 releases" },
  synthesis: { entry: "bench/synth.ts", about: "synthesis of 1,000 and 2,000 applications beside the cdk8s CLI" },
  applications: { entry: "bench/applications.ts", about: "synthesis, publish, status and diff of 100 and 1,000" },
};
