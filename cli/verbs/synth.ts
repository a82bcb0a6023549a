import { join } from "node:path";
import { checkout } from "../../core/state.js";
import { synthesize } from "../../delivery/tree.js";
import { writeTree } from "../../delivery/write-tree.js";
import { appsInput } from "../apps-input.js";
import { exitCodes } from "../exit-codes.js";
import { runningStack } from "../running-stack.js";

/** `timonier synth`: apps/ → dist/setup and dist/application, as `publish` would commit them. */
export async function synth({ stack: name }: { stack: string }): Promise<number> {
  const { outputs } = await runningStack(name);
  const trees = synthesize(await appsInput(outputs));
  for (const [repository, tree] of Object.entries(trees)) {
    const folder = join("dist", repository);
    const { written, removed, kept } = await writeTree(join(checkout, folder), tree);
    for (const path of written) console.log(`wrote    ${join(folder, path)}`);
    for (const path of removed) console.log(`removed  ${join(folder, path)}`);
    for (const path of kept) console.log(`kept     ${join(folder, path)} (changed by hand)`);
    if (written.length + removed.length + kept.length === 0) console.log(`same     ${folder}`);
  }
  return exitCodes.done;
}
