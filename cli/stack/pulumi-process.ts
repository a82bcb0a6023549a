import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { Options } from "execa";
import { type Stack, stackEnvironment } from "./stack.js";

type Environment = Readonly<Record<string, string>>;

type PulumiProcess = Promise<{ readonly exitCode?: number; readonly stdout: string; readonly stderr: string }> & {
  kill(signal: NodeJS.Signals): boolean;
};

/** Runs pulumi without a terminal. @returns its standard output @throws UserError with pulumi's message */
export async function pulumiOutput(stack: Stack, args: readonly string[], env: Environment = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumiResult(stack, args, env);
  if (exitCode === 0) return stdout;
  const message = stderr.replace(/^error: /m, "").trim() || stdout.trim();
  if (/no space left on device/.test(message)) {
    throw new UserError("the disk is full", stack.backend.url, "free some space, then run the command again", {
      code: "TIM-105",
    });
  }
  throw new UserError(message, `pulumi ${args.slice(0, 2).join(" ")}, stack ${stack.name}`, "see pulumi's message", {
    code: "TIM-113",
  });
}

/** Runs pulumi without a terminal, also where it fails. */
export async function pulumiResult(stack: Stack, args: readonly string[], env: Environment = {}) {
  const { running } = await startPulumi(stack, args, { reject: false, env });
  return running;
}

/** Runs pulumi with the user's terminal. @returns the exit code */
export async function showPulumi(stack: Stack, args: readonly string[], env: Environment): Promise<number> {
  const { running } = await startPulumi(stack, args, {
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
    env,
    // Pulumi would take the signal of a caller that ends for a second Ctrl-C.
    cleanup: false,
  });
  const release = passSignals(running);
  try {
    return (await running).exitCode ?? 1;
  } finally {
    release();
  }
}

async function startPulumi<T extends Options>(
  stack: Stack,
  args: readonly string[],
  options: T,
): Promise<{ readonly running: PulumiProcess }> {
  // Loaded on demand: where the state is a file, many commands never start Pulumi.
  const { execa } = await import("execa");
  const running = execa("pulumi", args, {
    cwd: checkout,
    stdin: "ignore",
    ...options,
    env: { ...smallHeaps(), ...stackEnvironment(stack), ...options.env },
  } as T & { stdout?: "pipe"; stderr?: "pipe" }) as unknown as PulumiProcess;
  // In an object, because an async function would wait for the process.
  return { running };
}

/**
 * Passes signals on and keeps this process alive until the child has ended; a terminal sends Ctrl-C
 * to both.
 */
function passSignals(child: PulumiProcess): () => void {
  const interrupted = () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  };
  const ended = () => void child.kill("SIGINT");
  process.on("SIGINT", interrupted).on("SIGTERM", ended).on("SIGHUP", ended);
  return () => void process.off("SIGINT", interrupted).off("SIGTERM", ended).off("SIGHUP", ended);
}

/**
 * Small heaps for Go and Node.js, and no unused compiler: the engine and its plugins run beside
 * everything that they start, so they save memory at the cost of speed.
 */
function smallHeaps(): Record<string, string> {
  const options = ["--max-semi-space-size=1", `--require=${JSON.stringify(join(checkout, "infra/on-demand.cjs"))}`];
  return { GOGC: "50", NODE_OPTIONS: [process.env.NODE_OPTIONS ?? "", ...options].join(" ").trim() };
}
