import { UserError } from "@timonier/kit/user-error";
import { Pulumi, type StackOutputs } from "./pulumi.js";
import { findStack, type Stack } from "./stack.js";

/** A stack with at least one successful update. @throws UserError when there was none */
export async function runningStack(name: string): Promise<{ stack: Stack; outputs: StackOutputs }> {
  const stack = findStack(name);
  const outputs = await new Pulumi(stack).outputs();
  if (outputs) return { stack, outputs };
  throw new UserError("the stack is not up, or its last update failed", `stack ${name}`, "npm run up", {
    code: "TIM-114",
  });
}
