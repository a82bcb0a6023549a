import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { z } from "zod";
import { checkout } from "../core/state.js";
import { UserError } from "../core/user-error.js";
import { ensurePulumiHome } from "./pulumi-home.js";
import { ensurePassphrase, initFolder, type Stack, stackEnvironment } from "./stack.js";

/** Runs pulumi on one stack; the tools have to be there. */
export class Pulumi {
  constructor(readonly stack: Stack) {}

  /** Makes the stack unless it exists. */
  async ensureStack(): Promise<void> {
    await Promise.all([ensurePassphrase(this.stack.state), ensurePulumiHome(this.stack)]);
    if (await this.exists()) return;
    const folder = await initFolder(this.stack);
    await this.quiet(["-C", folder, "stack", "init", this.stack.name, "--no-select"]);
    await this.quiet(["config", "set", "cluster", "embedded", ...this.selected]);
  }

  /** Whether the stack is known to the backend. */
  async exists(): Promise<boolean> {
    return existsSync(this.stack.configFile) && existsSync(this.checkpoint);
  }

  /** Ends a lock whose owner was killed. A live owner's lock stays, and pulumi says whose it is. */
  async releaseStaleLock(): Promise<void> {
    const locks = join(this.stack.state.backend, ".pulumi", "locks", "organization", "timonier", this.stack.name);
    for (const owner of await lockOwners(locks)) if (isAlive(owner)) return;
    if (existsSync(locks)) await this.quiet(["cancel", "--yes", ...this.selected]);
  }

  /** Runs with the user's terminal. @returns the exit code */
  async show(args: readonly string[]): Promise<number> {
    const plain = process.stdout.isTTY ? [] : ["--non-interactive"];
    const { exitCode } = await this.run([...args, ...this.selected, ...plain], {
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      reject: false,
    });
    return exitCode ?? 1;
  }

  /** Outputs of the stack, secrets in clear: never to be shown. undefined: no update has succeeded yet. */
  async outputs(): Promise<StackOutputs | undefined> {
    if (!(await this.exists())) return undefined;
    const text = await this.quiet(["stack", "output", "--json", "--show-secrets", ...this.selected]);
    const parsed = stackOutputs.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  }

  /** Forgets the stack; it has to be empty. */
  async forget(): Promise<void> {
    await this.quiet(["stack", "rm", "--yes", "--preserve-config", ...this.selected]);
  }

  private get selected(): string[] {
    return ["--stack", this.stack.name];
  }

  private get checkpoint(): string {
    return join(this.stack.state.backend, ".pulumi", "stacks", "timonier", `${this.stack.name}.json`);
  }

  private async quiet(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, { reject: false });
    if (exitCode === 0) return stdout;
    const words = stderr.replace(/^error: /m, "").trim() || stdout.trim();
    throw new UserError(words, `pulumi ${args.slice(0, 2).join(" ")}, stack ${this.stack.name}`, "see pulumi's words");
  }

  private run<T extends Options>(args: readonly string[], options: T) {
    return execa("pulumi", args, {
      cwd: checkout,
      stdin: "ignore",
      ...options,
      env: stackEnvironment(this.stack),
    } as T & { stdout?: "pipe"; stderr?: "pipe" }) as unknown as Promise<{
      exitCode?: number;
      stdout: string;
      stderr: string;
    }>;
  }
}

const stackOutputs = z.object({
  cluster: z.string(),
  kubernetesVersion: z.string(),
  kubeconfig: z.string(),
  gitlabUrl: z.string(),
  gitlabCaFile: z.string().optional(),
  branch: z.string(),
  setupRepository: z.string(),
  applicationRepository: z.string(),
});

/** What a stack tells the commands; made by infra/platform.ts. */
export type StackOutputs = z.infer<typeof stackOutputs>;

async function lockOwners(folder: string): Promise<number[]> {
  const { readdir, readFile } = await import("node:fs/promises");
  const files = await readdir(folder).catch(() => []);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8").catch(() => "{}")));
  return texts.map((text) => Number((JSON.parse(text) as { pid?: number }).pid ?? 0));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch {
    return false;
  }
}
