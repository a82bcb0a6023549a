import { UserError } from "@timonier/kit/user-error";
import { testLanes, testMainJob } from "../../test/lanes/command.js";
import { cachedLanes, isLane, lanes } from "../../test/lanes/lanes.js";
import { runVitest } from "../../test/lanes/vitest.js";

/** Options of `timonier test`. */
export interface TestOptions {
  /** Run every lane. */
  readonly all?: boolean;
  /**
   * Run every lane that `npm test` does not run, and include the last `npm test` of this checkout
   * in the sum.
   */
  readonly rest?: boolean;
  /** Names of lanes, separated by commas. */
  readonly lanes?: string;
  /** Also run lanes that have not changed since they passed. */
  readonly force?: boolean;
}

/** `npm test`, `npm run test:all`. Without options, arguments go to vitest. @returns the exit code */
export async function test(args: readonly string[], { all, rest, lanes: names, force = false }: TestOptions) {
  if (names !== undefined) return testLanes(names.split(",").map(known), { force });
  if (all) await testMainJob();
  if (all || rest) return testLanes(cachedLanes, { force, afterMainJob: true });
  return args.length > 0 ? runVitest("selected", [], args) : testMainJob();
}

function known(name: string) {
  if (isLane(name)) return name;
  throw new UserError(
    `unknown test lane: ${name}`,
    "--lanes",
    `use one or more of ${lanes.map((one) => one.name).join(", ")}`,
    { code: "TIM-103" },
  );
}
