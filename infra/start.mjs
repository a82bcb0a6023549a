// Language hosts differ in how they pass options to Node, so the program brings its TypeScript along itself.
import { fits, supportedNodes } from "../packages/kit/node-version.mjs";
import { load } from "../packages/kit/run.mjs";
import { endWithEngine } from "./engine-ended.mjs";

/** Pulumi calls a default export that is a function, and takes what it returns as the stack's outputs. */
export default async () => {
  endWithEngine();
  if (!fits(process.versions.node, supportedNodes())) {
    throw new Error(
      `Node.js ${process.versions.node} is not supported\n  where: ${process.execPath}, the first node in PATH\n  fix:   eval "$(npx timonier env)"\n  code:  TIM-208`,
    );
  }
  return (await load("infra/index.ts")).program();
};
