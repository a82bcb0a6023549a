// `node packages/kit/run.mjs examples/main.ts [NAME]`: prints one example, or writes all of them to
// dist/examples.
import { UserError } from "@timonier/kit/user-error";
import { synthesizeExamples } from "./command.js";

try {
  process.stdout.write(await synthesizeExamples(process.argv.slice(2), "dist/examples"));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
