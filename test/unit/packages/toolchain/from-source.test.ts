import { expect, test } from "vitest";
import { compilerMemory } from "../../../../packages/toolchain/compiler-memory.js";
import { Estimate, expectedWork, roughly } from "../../../../packages/toolchain/estimate.js";
import { pipeline } from "../../../../packages/toolchain/from-source.js";
import { modules } from "../../../../packages/toolchain/go-modules.js";

const GIB = 1024 ** 3;

test.each([
  [2, 24 * GIB, { GOGC: "off", GOMEMLIMIT: "2048MiB" }],
  [2, 8 * GIB, { GOGC: "off", GOMEMLIMIT: "1024MiB" }],
  [8, 16 * GIB, { GOGC: "off", GOMEMLIMIT: "512MiB" }],
  [8, 8 * GIB, {}],
])(
  "%i processors with %i bytes: two builds at once take at most half of the memory",
  (processors, memory, expected) => {
    expect(compilerMemory({}, { processors, memory })).toEqual(expected);
  },
);

test.each([{ GOGC: "50" }, { GOMEMLIMIT: "1GiB" }])("the user's %o stays", (env) => {
  expect(compilerMemory(env, { processors: 2, memory: 24 * GIB })).toEqual({});
});

test("the estimate starts with the table", () => {
  const estimate = new Estimate(["cluster", "flux"], 2, 0);
  const seconds = expectedWork.cluster.alone.seconds + expectedWork.flux.shared.seconds;
  expect(estimate.remaining(0)).toBe(seconds / 2);
  expect(estimate.describe(0)).toBe(`about ${Math.ceil(seconds / 120)} m left`);
});

test("a machine slower than the table gets the estimate of its own pace, a faster one that of the table", () => {
  // GIVEN: half of the packages
  const { packages, seconds } = expectedWork.cluster.alone;
  const estimate = new Estimate(["cluster"], 2, 0);
  estimate.started("cluster");
  for (let count = 0; count < packages / 2; count++) estimate.compiled("cluster");
  // THEN
  expect(estimate.remaining(1_000_000)).toBeCloseTo(1000);
  expect(estimate.remaining(1_000)).toBeCloseTo(seconds / 4);
  expect(estimate.describe(1_000_000)).toBe(`cluster ${packages / 2} of about ${packages} packages, about 17 m left`);
});

test("a module with more packages than expected is not finished before it is", () => {
  // GIVEN
  const estimate = new Estimate(["flux"], 1, 0);
  estimate.started("flux");
  // WHEN
  for (let count = 0; count < 10_000; count++) estimate.compiled("flux");
  // THEN
  expect(estimate.remaining(0)).toBeGreaterThan(0);
  expect(estimate.describe(0)).toContain("flux 10000 of about 10000 packages");
  estimate.finished("flux");
  expect(estimate.remaining(0)).toBe(0);
});

test("every module has expected work, less after others than alone", () => {
  expect(Object.keys(expectedWork).sort()).toEqual(modules.map(({ name }) => name).sort());
  for (const { alone, shared } of Object.values(expectedWork)) {
    expect(shared.seconds).toBeLessThanOrEqual(alone.seconds);
    expect(shared.packages).toBeLessThanOrEqual(alone.packages);
  }
});

test.each([
  [3, "10 s"],
  [41, "50 s"],
  [61, "2 m"],
  [540, "9 m"],
])("%i s are about %s", (seconds, text) => expect(roughly(seconds)).toBe(text));

test("the next build starts when the one before is nearly done, and at most two run", async () => {
  // GIVEN
  const log: string[] = [];
  const control = new Map<string, { nearly: () => void; end: () => void }>();
  const work = (name: string, nearly: () => void) =>
    new Promise<void>((end) => {
      log.push(name);
      control.set(name, { nearly, end });
    });
  const settle = () => new Promise((done) => setImmediate(done));
  const all = pipeline(["a", "b", "c", "d"], work);
  // WHEN, THEN
  await settle();
  expect(log).toEqual(["a"]);
  control.get("a")?.nearly();
  await settle();
  expect(log).toEqual(["a", "b"]);
  control.get("b")?.nearly();
  await settle();
  expect(log).toEqual(["a", "b"]);
  control.get("a")?.end();
  await settle();
  expect(log).toEqual(["a", "b", "c"]);
  for (const name of ["b", "c"]) control.get(name)?.end();
  await settle();
  control.get("d")?.end();
  await all;
  expect(log).toEqual(["a", "b", "c", "d"]);
});
