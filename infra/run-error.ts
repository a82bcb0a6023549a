import { RunError } from "@pulumi/pulumi";
import { UserError } from "@timonier/kit/user-error";

/**
 * An error that a user can fix, as the error that Pulumi shows without a stack trace; any other
 * error unchanged.
 *
 * Without a stack at all: for its trace Pulumi prints the error as Node's inspector does, which
 * follows the stack through every output that awaited it and takes tens of seconds.
 */
export function runError(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const shown = new RunError(error.message);
  shown.stack = error.message;
  return shown;
}
