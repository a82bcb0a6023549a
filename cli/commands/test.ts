import { UserError } from "@timonier/kit/user-error";
import { testLanes, testMainJob } from "../../test/lanes/command.js";
import { cachedLanes, isLane, lanes } from "../../test/lanes/lanes.js";
import { runVitest } from "../../test/lanes/vitest.js";

/** Options of `timonier test`. */
export interface TestOptions {
  /** Run every lane. */
  readonly all?: boolean;
  /** Run every lane that `npm test` does not run, and add the last `npm test` of this checkout to the sum. */
  readonly rest?: boolean;
  /** Names of lanes, separated by commas. */
  readonly lanes?: string;
  /** Run lanes that have not changed since they passed, too. */
  readonly force?: boolean;
}

/** `npm test`, `npm run test:all`. Without options, arguments are vitest's. @returns the exit code */
export async function test(args: readonly string[], { all, rest, lanes: names, force = false }: TestOptions) {
  if (names !== undefined) return testLanes(names.split(",").map(known), { force });
  if (all) await testMainJob();
  if (all || rest) return testLanes(cachedLanes, { force, afterMainJob: true });
  return args.length > 0 ? runVitest("selected", [], args) : testMainJob();
}

function known(name: string) {
  if (isLane(name)) return name;
  throw new UserError(
    `no test lane is called ${name}`,
    "--lanes",
    `name some of ${lanes.map((one) => one.name).join(", ")}`,
  );
}
