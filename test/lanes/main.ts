import { UserError } from "../../packages/kit/user-error.js";
import { runChecks } from "./checks.js";
import { isVitestLane } from "./lanes.js";
import { runVitest } from "./vitest.js";

// `npm run lane:NAME -- ARGUMENTS`: the tests of one lane, run now. Arguments are vitest's.

const [name = "", ...args] = process.argv.slice(2);
try {
  if (name === "checks") process.exitCode = await runChecks();
  else if (isVitestLane(name)) process.exitCode = await runVitest(name, [name], args);
  else throw new Error(`no lane ${name}`);
} catch (error) {
  console.error(error instanceof UserError ? `error: ${error.message}` : error);
  process.exitCode = error instanceof UserError ? 3 : 70;
}
