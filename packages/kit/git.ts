import { spawn } from "node:child_process";

/** Output and exit code of a Git command. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A Git command failed unexpectedly. */
export class GitError extends Error {
  override readonly name = "GitError";

  constructor(
    readonly command: string,
    readonly result: GitResult,
  ) {
    super(`git ${command} ended with ${result.code}: ${result.stderr.trim()}`);
  }
}

/** Environment of every Git command: without the user's configuration, without prompts, in English. */
export function gitEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ADVICE: "0",
    ...extra,
  };
}

/** Runs Git in a bare repository; a failure is not an error. */
export function tryGit(
  repository: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--git-dir", repository, ...args], { env: gitEnvironment(options.env) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
    // Git may end without reading its input; the result contains its message.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** Runs Git and returns its output as text. @throws GitError unless it ends with 0 */
export async function git(
  repository: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return (await gitBytes(repository, args, options)).toString();
}

/** Runs Git and returns its output as bytes. @throws GitError unless it ends with 0 */
export async function gitBytes(
  repository: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Buffer> {
  const result = await tryGit(repository, args, options);
  if (result.code !== 0) throw new GitError(args.join(" ").slice(0, 200), result);
  return result.stdout;
}
