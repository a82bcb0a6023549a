import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { ensureTools } from "@timonier/toolchain/ensure";
import type { Options } from "execa";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { clusterKindNames } from "../../infra/cluster/kinds.js";
import { readLocks } from "../recovery/stale-lock.js";
import { progress } from "../terminal.js";
import { makesPassphrase } from "./backend.js";
import { type Deployment, knownIds, outputsOf, PROJECT, pendingCreates, STACK } from "./deployment.js";
import { readStackConfig } from "./preflight.js";
import { ensurePulumiHome } from "./pulumi-home.js";
import { withRunFolder } from "./run-folder.js";
import { ensurePassphrase, initFolder, type Stack, stackEnvironment } from "./stack.js";
import { checkKeptState, isAllLocal, restoreSettings, secretsProvider } from "./state-file.js";

/** Runs pulumi on one stack; the tools have to be there. */
export class Pulumi {
  constructor(readonly stack: Stack) {}

  /** Makes the stack unless it exists. */
  async ensureStack(): Promise<void> {
    this.check();
    const { backend, state } = this.stack;
    if (makesPassphrase(backend, secretsProvider(this.stack))) await ensurePassphrase(state);
    await ensurePulumiHome(this.stack);
    if (await this.exists()) {
      if (!existsSync(this.stack.configFile)) await restoreSettings(this.stack, await this.kept());
      return;
    }
    const folder = await initFolder(this.stack);
    await this.quiet(["-C", folder, "stack", "init", this.stack.name, "--no-select"]);
    // Settings may have been written before the stack was made.
    const written = await readStackConfig(this.stack.configFile);
    if (!Object.keys(written).some((key) => /^(timonier:)?cluster$/.test(key))) await this.set("cluster", "embedded");
  }

  /** Whether the stack is known to the backend. */
  async exists(): Promise<boolean> {
    if (this.checkpoint !== undefined) return existsSync(this.checkpoint);
    return (await this.names()).includes(this.stack.name);
  }

  /** Names of all stacks that the backend knows. */
  async names(): Promise<readonly string[]> {
    if (this.checkpoint !== undefined) {
      const files = await readdir(dirname(this.checkpoint)).catch(() => []);
      return files.flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
    }
    await ensureTools(["pulumi"], { binDir: this.stack.state.bin, progress });
    const known = JSON.parse(await this.quiet(["stack", "ls", "--json"])) as ReadonlyArray<{ readonly name: string }>;
    // Pulumi Cloud puts the organization before it.
    return known.flatMap(({ name }) => name.split("/").at(-1) ?? []);
  }

  /** Whether everything that the stack makes lies in its own folder, so that its state can be done without. */
  isAllLocal(): boolean {
    // Where Pulumi has to be asked, nobody has looked.
    return this.checkpoint !== undefined && isAllLocal(this.stack, this.checkpoint);
  }

  /** Why Pulumi cannot work on the stack; undefined when it can. */
  defect(): UserError | undefined {
    try {
      this.check();
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  }

  /** Deletes what Pulumi keeps of the stack, without asking what it says. */
  async discard(): Promise<void> {
    if (this.checkpoint === undefined) return;
    for (const end of ["", ".attrs", ".bak", ".bak.attrs"]) await rm(`${this.checkpoint}${end}`, { force: true });
  }

  /**
   * Ends locks whose owners were killed. Those of a backend that is no folder are for people to judge: Pulumi names them.
   *
   * @throws UserError when a live run holds one
   */
  async releaseStaleLock(): Promise<void> {
    const { folder } = this.stack.backend;
    if (folder === undefined) return;
    const locks = join(folder, ".pulumi", "locks", "organization", "timonier", this.stack.name);
    const { live, stale } = await readLocks(locks);
    const [owner] = live;
    if (owner) {
      const { pid, hostname, timestamp } = owner;
      throw new UserError(
        `another run of pulumi works on stack ${this.stack.name}`,
        `process ${pid} on ${hostname}, since ${timestamp}`,
        `wait until it has ended, or end it: kill -INT ${pid}`,
      );
    }
    if (stale.length > 0) await this.quiet(["cancel", "--yes", ...this.selected]);
  }

  /**
   * Runs with the user's terminal. An interrupted run ends what it began, once; a second Ctrl-C cuts it short.
   *
   * @returns the exit code
   */
  async show(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    return withRunFolder(this.stack, (run) => this.showed(args, { ...run, ...env }));
  }

  private async showed(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
    const plain = process.stdout.isTTY ? [] : ["--non-interactive"];
    const { running } = await this.start([...args, ...this.selected, ...plain], {
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

  /** Outputs of the stack, secrets in clear: never to be shown. undefined: no update has succeeded yet. */
  async outputs(): Promise<StackOutputs | undefined> {
    if (!(await this.exists())) return undefined;
    this.check();
    const parsed = stackOutputs.safeParse((await this.ownOutputs()) ?? (await this.askedOutputs()));
    return parsed.success ? parsed.data : undefined;
  }

  private async askedOutputs(): Promise<unknown> {
    return JSON.parse(await this.quiet(["stack", "output", "--json", "--show-secrets", ...this.selected]));
  }

  /** The same without Pulumi, which takes a second for them. undefined: only Pulumi can decrypt them. */
  private async ownOutputs(): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (this.checkpoint === undefined) return undefined;
    // The one secret of a stack on this machine lies in its cluster's folder as well.
    const kubeconfig = await readFile(join(this.stack.clusterFolder, "kubeconfig"), "utf8").catch(() => undefined);
    return outputsOf(await this.kept(), (outputs) =>
      outputs.clusterKind === "embedded" && kubeconfig !== undefined ? { kubeconfig } : {},
    );
  }

  /** A setting's value, a secret in clear: never to be shown. undefined: not set. */
  async setting(key: string): Promise<string | undefined> {
    const text = await this.quiet(["config", "--json", "--show-secrets", ...this.selected]);
    return (JSON.parse(text) as Record<string, { readonly value?: string }>)[key]?.value;
  }

  /** Writes a setting that is no secret. */
  async set(key: string, value: string): Promise<void> {
    await this.quiet(["config", "set", key, value, ...this.selected]);
  }

  /** The stack's state, if a run was killed and left operations in doubt in it; undefined when all is settled. */
  async pendingDeployment(): Promise<Deployment | undefined> {
    const file = this.checkpoint;
    if (file !== undefined && !(await readFile(file, "utf8")).includes('"pending_operations"')) return undefined;
    const { deployment } = await this.exported();
    return deployment && pendingCreates(deployment).length > 0 ? deployment : undefined;
  }

  /** Numbers of the GitLab projects that the state knows. */
  async knownProjects(): Promise<ReadonlySet<string>> {
    return knownIds(await this.kept(), PROJECT);
  }

  /** Whether the last update left nothing to wait for. */
  async delivered(): Promise<boolean> {
    const stack = (await this.kept()).resources?.find(({ type }) => type === STACK);
    return stack?.outputs?.delivered === true;
  }

  /** The state, from its file where there is one: far quicker than asking Pulumi. */
  private async kept(): Promise<Deployment> {
    if (this.checkpoint === undefined) return this.deployment();
    const { checkpoint } = JSON.parse(await readFile(this.checkpoint, "utf8")) as {
      readonly checkpoint?: { readonly latest?: Deployment };
    };
    return checkpoint?.latest ?? {};
  }

  /** The stack's state, secrets enciphered. */
  async deployment(): Promise<Deployment> {
    return (await this.exported()).deployment ?? {};
  }

  /** Puts another state in the place of the stack's. */
  async replaceDeployment(deployment: Deployment): Promise<void> {
    const file = join(this.stack.state.stack(this.stack.name), "deployment.json");
    try {
      await writeFileAtomic(file, JSON.stringify({ ...(await this.exported()), deployment }), { mode: 0o600 });
      await this.quiet(["stack", "import", "--file", file, ...this.selected]);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Reads what the named resources really are into the state. */
  async refresh(urns: readonly string[]): Promise<void> {
    const targets = urns.flatMap((urn) => ["--target", urn]);
    const args = ["refresh", "--yes", "--skip-preview", "--non-interactive", ...targets, ...this.selected];
    await withRunFolder(this.stack, (env) => this.quiet(args, env));
  }

  /** Makes sure of a vendor's plugin: Pulumi downloads it once. @throws UserError when that fails */
  async installPlugin(name: string, version: string): Promise<void> {
    const args = ["plugin", "install", "resource", name, version];
    const { running } = await this.start(args, { reject: false });
    const { exitCode, stderr } = await running;
    if (exitCode === 0) return;
    const words = stderr.trim().split("\n").at(-1) ?? "pulumi gave no reason";
    const fix = `where its vendor can be reached: pulumi ${args.join(" ")}`;
    throw new UserError(`Pulumi's plugin ${name} ${version} cannot be had: ${words}`, this.stack.state.pulumiHome, fix);
  }

  /** Forgets the stack; it has to be empty. */
  async forget(): Promise<void> {
    await this.quiet(["stack", "rm", "--yes", "--preserve-config", ...this.selected]);
  }

  private async exported(): Promise<{ readonly deployment?: Deployment }> {
    return JSON.parse(await this.quiet(["stack", "export", ...this.selected]));
  }

  private get selected(): string[] {
    return ["--stack", this.stack.name];
  }

  /** File of the stack's state. undefined: only Pulumi can read it. */
  private get checkpoint(): string | undefined {
    const { folder } = this.stack.backend;
    return folder && join(folder, ".pulumi", "stacks", "timonier", `${this.stack.name}.json`);
  }

  private check(): void {
    if (this.checkpoint !== undefined) checkKeptState(this.stack, this.checkpoint);
  }

  private async quiet(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { running } = await this.start(args, { reject: false, env });
    const { exitCode, stdout, stderr } = await running;
    if (exitCode === 0) return stdout;
    const words = stderr.replace(/^error: /m, "").trim() || stdout.trim();
    if (/no space left on device/.test(words)) {
      throw new UserError("the disk is full", this.stack.backend.url, "free some space, then run the command again");
    }
    throw new UserError(words, `pulumi ${args.slice(0, 2).join(" ")}, stack ${this.stack.name}`, "see pulumi's words");
  }

  private async start<T extends Options>(args: readonly string[], options: T): Promise<{ readonly running: Running }> {
    // Loaded here: where the state is a file, many commands never start Pulumi.
    const { execa } = await import("execa");
    const running = execa("pulumi", args, {
      cwd: checkout,
      stdin: "ignore",
      ...options,
      // The engine and its plugin live for seconds beside everything they start: memory before speed.
      env: { ...frugal(), ...stackEnvironment(this.stack), ...options.env },
    } as T & { stdout?: "pipe"; stderr?: "pipe" }) as unknown as Running;
    return { running };
  }
}

type Running = Promise<{ readonly exitCode?: number; readonly stdout: string; readonly stderr: string }> & {
  kill(signal: NodeJS.Signals): boolean;
};

/** Lives on until the child has ended; a terminal gives Ctrl-C to both, anybody else's signal is passed on. */
function passSignals(child: Running): () => void {
  const interrupted = () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  };
  const ended = () => void child.kill("SIGINT");
  process.on("SIGINT", interrupted).on("SIGTERM", ended).on("SIGHUP", ended);
  return () => void process.off("SIGINT", interrupted).off("SIGTERM", ended).off("SIGHUP", ended);
}

const stackOutputs = z.object({
  cluster: z.string(),
  clusterKind: z.enum(clusterKindNames).default("embedded"),
  kubernetesVersion: z.string(),
  kubeconfig: z.string(),
  gitlab: z.enum(["embedded", "remote"]).default("embedded"),
  gitlabUrl: z.string(),
  gitlabCaFile: z.string().optional(),
  branch: z.string(),
  setupRepository: z.string(),
  applicationRepository: z.string(),
});

/** What a stack tells the commands; made by infra/platform.ts. */
export type StackOutputs = z.infer<typeof stackOutputs>;

/** Small heaps, for Go and for Node, and no compiler that nobody uses: memory before speed. */
function frugal(): Record<string, string> {
  const options = ["--max-semi-space-size=1", `--require=${JSON.stringify(join(checkout, "infra/on-demand.cjs"))}`];
  return { GOGC: "50", NODE_OPTIONS: [process.env.NODE_OPTIONS ?? "", ...options].join(" ").trim() };
}
