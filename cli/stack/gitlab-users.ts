import { UserError } from "@timonier/kit/user-error";
import { configuredStacks } from "./known-stacks.js";
import { readStackConfig } from "./preflight.js";
import { Pulumi } from "./pulumi.js";
import { findStack, type Stack } from "./stack.js";

/**
 * Checks that no other stack uses the embedded GitLab of a stack that is to be deleted: without it,
 * the other one could be neither updated nor deleted.
 *
 * @param isUp whether a stack has been created
 * @throws UserError with the stacks that use it
 */
export async function checkUnshared(
  { name, state }: Stack,
  isUp = (stack: Stack) => new Pulumi(stack).exists(),
): Promise<void> {
  const users: string[] = [];
  for (const other of configuredStacks(state.root).filter((one) => one !== name)) {
    const stack = findStack(other, state);
    // Wrong settings of another stack must not keep this one.
    const config = await readStackConfig(stack.configFile).catch((): Record<string, unknown> => ({}));
    const shared = config["timonier:gitlabStack"] ?? config.gitlabStack;
    if (shared === name && (await isUp(stack))) users.push(other);
  }
  if (users.length === 0) return;
  throw new UserError(
    `the embedded GitLab of stack ${name} is used by ${users.join(", ")}`,
    "setting timonier:gitlabStack",
    `delete ${users.length === 1 ? "that stack" : "those stacks"} first: ${users.map((one) => `npx timonier down -s ${one}`).join(", ")}`,
    { code: "TIM-416" },
  );
}
