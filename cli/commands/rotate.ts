import { Pulumi } from "../stack/pulumi.js";
import { runningStack } from "../stack/running-stack.js";
import { exclusively } from "../stack/stack.js";
import { up } from "./up.js";

/**
 * `timonier rotate`: marks every token as due, then `up`, which makes new ones, delivers them and deletes the old ones.
 *
 * The mark stays in the stack's settings: a rotation that was cut short is ended by the next `up`, whoever runs it.
 */
export async function rotate({ stack: name }: { stack: string }): Promise<number> {
  const { stack } = await runningStack(name);
  await exclusively(stack, async () => {
    const pulumi = new Pulumi(stack);
    // In a pipeline's fresh clone there may be no settings yet to write into.
    await pulumi.ensureStack();
    await pulumi.set("rotateBefore", new Date().toISOString());
  });
  return up({ stack: name });
}
