// What Pulumi's program does once its engine has ended. Plain JavaScript: infra/start.mjs needs it
// before anything else is loaded.
import errors from "@pulumi/pulumi/errors.js";
import settings from "@pulumi/pulumi/runtime/settings.js";

/**
 * Exit code by which Pulumi's language host knows that the user has seen an error already: the
 * engine's, in this case.
 */
const ENDED_WITH_MESSAGE = 32;

/**
 * Whether an error says that the engine has ended: a call that it did not answer, or a call on a
 * channel that is closed.
 *
 * @param {unknown} error
 * @returns {boolean}
 * @see https://grpc.io/docs/guides/status-codes/
 */
function saysEngineEnded(error) {
  // CANCELLED or UNAVAILABLE. Codes of Node.js are words.
  return error instanceof Error && (errors.isGrpcError(error) || error.message === "Channel has been shut down");
}

/**
 * From now on, ends the program as soon as a call shows that the engine has ended. An engine that
 * ends before its program has shown an error. Without this, Pulumi's SDK closes its channels and
 * lets the program run on: each later call and message fails, and is printed with a stack trace
 * beside that error.
 */
export function endWithEngine() {
  const end = () => process.exit(ENDED_WITH_MESSAGE);
  // The SDK calls it where a call for a resource or a function finds no engine.
  settings.terminateRpcs = end;
  const look = (error) => {
    if (saysEngineEnded(error)) end();
  };
  // Before the SDK's own listeners, which print.
  process.prependListener("uncaughtException", look);
  process.prependListener("unhandledRejection", look);
}
