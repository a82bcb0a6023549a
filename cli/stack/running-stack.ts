import { UserError } from "@timonier/kit/user-error";
import { Pulumi, type StackOutputs } from "./pulumi.js";
import { findStack, type Stack } from "./stack.js";

/** A stack that has come up at least once. @throws UserError when it has not */
export async function runningStack(name: string): Promise<{ stack: Stack; outputs: StackOutputs }> {
  const stack = findStack(name);
  const outputs = await new Pulumi(stack).outputs();
  if (outputs) return { stack, outputs };
  throw new UserError("nothing is up yet, or the last update did not end well", `stack ${name}`, "npm run up");
}
