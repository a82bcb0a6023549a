// Runs programs of this checkout on a supported Node.js. Plain JavaScript without packages, because
// an unsupported Node.js reads it.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fits, supportedNodes } from "./node-version.mjs";

/** Exit code of an error that the user can fix, as in cli/exit-codes.ts. */
const CANNOT_START = 3;

/**
 * Finds a supported Node.js: the running one, or one that is downloaded. It becomes `node` in PATH,
 * because Pulumi's language host, the scripts of the plugins and npm start Node.js by that name.
 *
 * Ends the process with an error where there is none.
 *
 * @returns {Promise<string>} its path
 */
export async function supportedNode() {
  if (fits(process.versions.node, supportedNodes())) {
    if (!isFirstInPath(process.execPath, process.env)) prepend(process.execPath, process.env);
    return process.execPath;
  }
  // Loaded on demand: most machines have a supported Node.js.
  const { ensureNode, NodeError } = await import("./node-download.mjs");
  try {
    const node = await ensureNode();
    prepend(node, process.env);
    return node;
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    console.error(error.message);
    process.exit(CANNOT_START);
  }
}

function isFirstInPath(node, env) {
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  const first = folders.map((folder) => join(folder, "node")).find((path) => existsSync(path));
  return first !== undefined && realpathSync(first) === realpathSync(node);
}

/** @param {string} node @param {NodeJS.ProcessEnv} env */
function prepend(node, env) {
  env.PATH = [dirname(node), env.PATH ?? ""].join(delimiter);
}

/**
 * Runs a command with this process's terminal, passes signals on and exits with its exit code.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function run(command, args) {
  const child = spawn(command, args, { stdio: "inherit" });
  // A terminal gives Ctrl-C to both.
  const interrupted = () => void (process.stdin.isTTY || child.kill("SIGINT"));
  const ended = (signal) => void child.kill(signal);
  process.on("SIGINT", interrupted).on("SIGTERM", ended).on("SIGHUP", ended);
  const [code, signal] = await new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (...how) => done(how));
  });
  process.off("SIGINT", interrupted).off("SIGTERM", ended).off("SIGHUP", ended);
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}
