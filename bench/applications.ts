// Time for 100 and for 1,000 applications: `node packages/kit/run.mjs bench/applications.ts [ROUNDS]
// [--fast]`. Prints what each part takes for both; exits 1 when one grows faster than linear. With
// --fast only gross regressions count, because it runs on machines that do other things.
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { type Growth, growthOf, LARGE, type Round, SMALL, tolerances } from "./applications/growth.js";
import { loadProgram, type Program } from "./applications/load-program.js";
import { type ComparedPart, measureRound } from "./applications/measure.js";
import { PublishingScene } from "./applications/publishing.js";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { fast: { type: "boolean", default: false } },
});
const rounds = Number(positionals[0] ?? 3);

/** A part that is done in this process. */
const part =
  (run: (program: Program) => () => unknown) =>
  (small: Program, large: Program): ComparedPart => {
    return { clock: "cpu", small: { run: run(small) }, large: { run: run(large) } };
  };

/** Parts that take a quarter of a minute together. */
const fastParts = {
  synthesis: part((program) => () => program.synthesize()),
  status: part((program) => program.status),
  "status of the environments": part((program) => program.statusOfEnvironments),
};

const slowParts = {
  "synthesis with the tags in Git": part((program) => {
    const existing = withoutLast(program.synthesize().application, "applications/");
    return () => program.synthesizeWithTags(existing);
  }),
  "record of an environment": part((program) => program.record),
  diff: part((program) => program.diff),
};

/** A tree without its last worker, whose image is then new. */
function withoutLast(tree: ReadonlyMap<string, string>, below: string): Map<string, string> {
  const last = [...tree.keys()].findLast((path) => path.startsWith(below) && path.endsWith("/worker.yaml"));
  return new Map([...tree].filter(([path]) => path !== last));
}

async function publishingParts(
  scene: PublishingScene,
  small: Program,
  large: Program,
): Promise<Record<string, ComparedPart>> {
  const trees = [small.synthesize(), large.synthesize()] as const;
  return {
    "first publication": { clock: "elapsed", small: scene.first(trees[0]), large: scene.first(trees[1]) },
    "publication without a difference": {
      clock: "elapsed",
      small: await scene.unchanged(trees[0]),
      large: await scene.unchanged(trees[1]),
    },
  };
}

async function measured(parts: Readonly<Record<string, ComparedPart>>): Promise<Map<string, Growth>> {
  const found = new Map<string, Growth>();
  for (const [name, part] of Object.entries(parts)) {
    // Compiles the functions.
    await measureRound(part);
    const all: Round[] = [];
    for (let round = 1; round <= rounds; round++) all.push(await measureRound(part));
    found.set(name, growthOf(all, values.fast ? tolerances.gross : tolerances.exact));
  }
  return found;
}

const milliseconds = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

const [small, large] = [await loadProgram(SMALL), await loadProgram(LARGE)];
const own = Object.entries(values.fast ? fastParts : { ...fastParts, ...slowParts });
const growths = await measured(Object.fromEntries(own.map(([name, of]) => [name, of(small, large)])));
if (!values.fast) {
  const scene = await PublishingScene.start();
  try {
    for (const [name, growth] of await measured(await publishingParts(scene, small, large))) growths.set(name, growth);
  } finally {
    await scene.end();
  }
}
const table = new Table({
  head: ["milliseconds", `${SMALL} apps`, `${LARGE} apps`, "ratio", "limit", ""],
  style: { head: [], border: [] },
});
for (const [name, { small, large, limit, passed }] of growths) {
  const ratios = [large / small, limit / small].map((ratio) => ratio.toFixed(1));
  table.push([name, milliseconds(small), milliseconds(large), ...ratios, passed ? "passed" : "too slow"]);
}
console.log(table.toString());
process.exitCode = [...growths.values()].every(({ passed }) => passed) ? 0 : 1;
