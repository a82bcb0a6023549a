import { Pulumi } from "../stack/pulumi.js";
import { runningStack } from "../stack/running-stack.js";
import { exclusively } from "../stack/stack.js";
import { up } from "./up.js";

/**
 * `timonier rotate`: marks every token as due, then runs `up`, which creates new tokens, delivers
 * them and deletes the old ones.
 *
 * The setting `rotateBefore` keeps the mark, so that the next `up` completes an interrupted rotation.
 */
export async function rotate({ stack: name }: { stack: string }): Promise<number> {
  const { stack } = await runningStack(name);
  await exclusively(stack, async () => {
    const pulumi = new Pulumi(stack);
    // A fresh clone in a pipeline has no settings file yet.
    await pulumi.ensureStack();
    await pulumi.set("rotateBefore", new Date().toISOString());
  });
  return up({ stack: name });
}
