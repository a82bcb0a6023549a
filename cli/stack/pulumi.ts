import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { ensureTools } from "@timonier/toolchain/ensure";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { clusterKindNames } from "../../infra/cluster/kinds.js";
import { readLocks } from "../recovery/stale-lock.js";
import { progress } from "../terminal.js";
import { ownsPassphrase } from "./backend.js";
import { type Deployment, knownIds, outputsOf, PROJECT, pendingCreates, STACK } from "./deployment.js";
import { readStackConfig } from "./preflight.js";
import { ensurePulumiHome } from "./pulumi-home.js";
import { pulumiOutput, pulumiResult, showPulumi } from "./pulumi-process.js";
import { withRunFolder } from "./run-folder.js";
import { ensurePassphrase, initFolder, type Stack } from "./stack.js";
import { checkStateFile, isAllLocal, restoreSettings, secretsProvider } from "./state-file.js";

/** Runs pulumi on one stack. The tools must be installed. */
export class Pulumi {
  constructor(readonly stack: Stack) {}

  /** Creates the stack unless it exists. */
  async ensureStack(): Promise<void> {
    this.check();
    const { backend, state } = this.stack;
    if (ownsPassphrase(backend, secretsProvider(this.stack))) await ensurePassphrase(state);
    await ensurePulumiHome(this.stack);
    if (await this.exists()) {
      if (!existsSync(this.stack.configFile)) await restoreSettings(this.stack, await this.state());
      return;
    }
    const folder = await initFolder(this.stack);
    await this.run(["-C", folder, "stack", "init", this.stack.name, "--no-select"]);
    // Settings may have been written before the stack was created.
    const written = await readStackConfig(this.stack.configFile);
    if (!Object.keys(written).some((key) => /^(timonier:)?cluster$/.test(key))) await this.set("cluster", "embedded");
  }

  /** Whether the backend has the stack. */
  async exists(): Promise<boolean> {
    if (this.checkpoint !== undefined) return existsSync(this.checkpoint);
    return (await this.names()).includes(this.stack.name);
  }

  /** Names of all stacks in the backend. */
  async names(): Promise<readonly string[]> {
    if (this.checkpoint !== undefined) {
      const files = await readdir(dirname(this.checkpoint)).catch(() => []);
      return files.flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
    }
    await ensureTools(["pulumi"], { binDir: this.stack.state.bin, progress });
    const known = JSON.parse(await this.run(["stack", "ls", "--json"])) as ReadonlyArray<{ readonly name: string }>;
    // Pulumi Cloud puts the organization before it.
    return known.flatMap(({ name }) => name.split("/").at(-1) ?? []);
  }

  /**
   * Whether everything that the stack creates is in its own folder, so that it can be deleted
   * without its state.
   */
  isAllLocal(): boolean {
    // Without a state file there is nothing to read it from.
    return this.checkpoint !== undefined && isAllLocal(this.stack, this.checkpoint);
  }

  /** Error because of which Pulumi cannot read the state; undefined when it can. */
  defect(): UserError | undefined {
    try {
      this.check();
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  }

  /** Deletes the state of the stack without reading it. */
  async discard(): Promise<void> {
    if (this.checkpoint === undefined) return;
    for (const end of ["", ".attrs", ".bak", ".bak.attrs"]) await rm(`${this.checkpoint}${end}`, { force: true });
  }

  /**
   * Releases locks whose processes were killed. Locks of a backend that is not a folder stay:
   * Pulumi names them, and a person has to decide.
   *
   * @throws UserError when a running process holds a lock
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
        `another run of pulumi is working on stack ${this.stack.name}`,
        `process ${pid} on ${hostname}, since ${timestamp}`,
        `wait until it ends, or stop it: kill -INT ${pid}`,
        { code: "TIM-111" },
      );
    }
    if (stale.length > 0) await this.run(["cancel", "--yes", ...this.selected]);
  }

  /**
   * Runs with the user's terminal. After Ctrl-C the run finishes its operations in progress; a
   * second Ctrl-C ends it at once.
   *
   * @returns the exit code
   */
  async show(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    const plain = process.stdout.isTTY ? [] : ["--non-interactive"];
    return withRunFolder(this.stack, (run) =>
      showPulumi(this.stack, [...args, ...this.selected, ...plain], { ...run, ...env }),
    );
  }

  /**
   * Outputs of the stack, with secrets in plain text: do not print them.
   *
   * @returns undefined before the first successful update
   */
  async outputs(): Promise<StackOutputs | undefined> {
    if (!(await this.exists())) return undefined;
    this.check();
    const parsed = stackOutputs.safeParse((await this.ownOutputs()) ?? (await this.askedOutputs()));
    return parsed.success ? parsed.data : undefined;
  }

  private async askedOutputs(): Promise<unknown> {
    return JSON.parse(await this.run(["stack", "output", "--json", "--show-secrets", ...this.selected]));
  }

  /**
   * Outputs without Pulumi, which would take a second.
   *
   * @returns undefined where only Pulumi can decrypt them
   */
  private async ownOutputs(): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (this.checkpoint === undefined) return undefined;
    // The only secret of a stack on this machine is also in its cluster's folder.
    const kubeconfig = await readFile(join(this.stack.clusterFolder, "kubeconfig"), "utf8").catch(() => undefined);
    return outputsOf(await this.state(), (outputs) =>
      outputs.clusterKind === "embedded" && kubeconfig !== undefined ? { kubeconfig } : {},
    );
  }

  /** Value of a setting, a secret in plain text: do not print it. @returns undefined where it is not set */
  async setting(key: string): Promise<string | undefined> {
    const text = await this.run(["config", "--json", "--show-secrets", ...this.selected]);
    return (JSON.parse(text) as Record<string, { readonly value?: string }>)[key]?.value;
  }

  /** Writes a setting that is not a secret. */
  async set(key: string, value: string): Promise<void> {
    await this.run(["config", "set", key, value, ...this.selected]);
  }

  /** State of the stack where a killed run left pending operations; undefined where there are none. */
  async pendingDeployment(): Promise<Deployment | undefined> {
    const file = this.checkpoint;
    if (file !== undefined && !(await readFile(file, "utf8")).includes('"pending_operations"')) return undefined;
    const { deployment } = await this.exported();
    return deployment && pendingCreates(deployment).length > 0 ? deployment : undefined;
  }

  /** Ids of the GitLab projects in the state. */
  async knownProjects(): Promise<ReadonlySet<string>> {
    return knownIds(await this.state(), PROJECT);
  }

  /** Whether the last update ended with a complete delivery. */
  async delivered(): Promise<boolean> {
    const stack = (await this.state()).resources?.find(({ type }) => type === STACK);
    return stack?.outputs?.delivered === true;
  }

  /** The state, from its file where there is one, which is much quicker than `pulumi stack export`. */
  private async state(): Promise<Deployment> {
    if (this.checkpoint === undefined) return this.deployment();
    const { checkpoint } = JSON.parse(await readFile(this.checkpoint, "utf8")) as {
      readonly checkpoint?: { readonly latest?: Deployment };
    };
    return checkpoint?.latest ?? {};
  }

  /** State of the stack, with encrypted secrets. */
  async deployment(): Promise<Deployment> {
    return (await this.exported()).deployment ?? {};
  }

  /** Replaces the state of the stack. */
  async replaceDeployment(deployment: Deployment): Promise<void> {
    const file = join(this.stack.state.stack(this.stack.name), "deployment.json");
    try {
      await writeFileAtomic(file, JSON.stringify({ ...(await this.exported()), deployment }), { mode: 0o600 });
      await this.run(["stack", "import", "--file", file, ...this.selected]);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Refreshes the state of some resources. */
  async refresh(urns: readonly string[]): Promise<void> {
    const targets = urns.flatMap((urn) => ["--target", urn]);
    const args = ["refresh", "--yes", "--skip-preview", "--non-interactive", ...targets, ...this.selected];
    await withRunFolder(this.stack, (env) => this.run(args, env));
  }

  /** Installs a vendor's plugin; Pulumi downloads it once. @throws UserError when that fails */
  async installPlugin(name: string, version: string): Promise<void> {
    const args = ["plugin", "install", "resource", name, version];
    const { exitCode, stderr } = await pulumiResult(this.stack, args);
    if (exitCode === 0) return;
    const message = stderr.trim().split("\n").at(-1) ?? "pulumi printed no reason";
    const fix = `run it where the vendor can be reached: pulumi ${args.join(" ")}`;
    throw new UserError(
      `Pulumi's plugin ${name} ${version} could not be installed: ${message}`,
      this.stack.state.pulumiHome,
      fix,
      { code: "TIM-112" },
    );
  }

  /** Removes the stack, which must be empty, from the backend. */
  async forget(): Promise<void> {
    await this.run(["stack", "rm", "--yes", "--preserve-config", ...this.selected]);
  }

  private async exported(): Promise<{ readonly deployment?: Deployment }> {
    return JSON.parse(await this.run(["stack", "export", ...this.selected]));
  }

  private get selected(): string[] {
    return ["--stack", this.stack.name];
  }

  /** File of the state, undefined where only Pulumi can read it. */
  private get checkpoint(): string | undefined {
    const { folder } = this.stack.backend;
    return folder && join(folder, ".pulumi", "stacks", "timonier", `${this.stack.name}.json`);
  }

  private check(): void {
    if (this.checkpoint !== undefined) checkStateFile(this.stack, this.checkpoint);
  }

  private run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    return pulumiOutput(this.stack, args, env);
  }
}

const stackOutputs = z.object({
  cluster: z.string(),
  clusterKind: z.enum(clusterKindNames).default("embedded"),
  kubernetesVersion: z.string(),
  kubeconfig: z.string(),
  gitlab: z.enum(["embedded", "remote"]).default("embedded"),
  gitlabStack: z.string().optional(),
  gitlabUrl: z.string(),
  gitlabCaFile: z.string().optional(),
  branch: z.string(),
  environment: z.string().optional(),
  imageAutomation: z.boolean().optional(),
  setupRepository: z.string(),
  applicationRepository: z.string(),
});

/** Outputs of infra/platform.ts that the commands use. */
export type StackOutputs = z.infer<typeof stackOutputs>;
