import { join } from "node:path";
import { checkout } from "../../core/state.js";
import { writeTrees } from "../../delivery/synth.js";
import { synthesize } from "../../delivery/tree.js";
import { appsInput } from "../apps-input.js";
import { exitCodes } from "../exit-codes.js";
import { runningStack } from "../running-stack.js";

/** `timonier synth`: apps/ → dist/setup and dist/application, as `publish` would commit them. */
export async function synth({ stack: name }: { stack: string }): Promise<number> {
  const { outputs } = await runningStack(name);
  const done = await writeTrees(join(checkout, "dist"), synthesize(await appsInput(outputs)));
  for (const [repository, { written, removed, kept }] of Object.entries(done)) {
    const folder = join("dist", repository);
    for (const path of written) console.log(`wrote    ${join(folder, path)}`);
    for (const path of removed) console.log(`removed  ${join(folder, path)}`);
    for (const path of kept) console.log(`kept     ${join(folder, path)} (changed by hand)`);
    if (written.length + removed.length + kept.length === 0) console.log(`same     ${folder}`);
  }
  return exitCodes.done;
}
