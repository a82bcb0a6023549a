import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { withUserTmpdir } from "@timonier/kit/user-tmpdir";
import type { ProfileSpec } from "../../../resources/minikube-profile/schema.js";
import { driverOf, isDriver } from "../drivers.js";
import { minikubeFolder } from "./authority.js";
import { failureOf, type MinikubeEvent, parseEvent, progressOf } from "./events.js";
import { type Found, findProfile, whatIsMissing } from "./profile.js";
import { restartArguments, startArguments } from "./start-arguments.js";

/** How to run minikube. */
export interface MinikubeOptions {
  /** Path of the program. */
  readonly program: string;
  /** Where minikube writes the cluster's context: never the user's own file. */
  readonly kubeconfigFile: string;
  /** MINIKUBE_HOME and every other setting of minikube. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Ends the running command. */
  readonly signal?: AbortSignal;
}

/** Timeout of a command that only reads, in milliseconds. */
const LOOK = 60_000;

/** Timeout of a command that changes something, in milliseconds: images may be pulled over a slow line. */
const WORK = 30 * 60_000;

/** Timeout of the stop before a deletion, in milliseconds: minikube tries for two minutes. */
const HALT = 3 * 60_000;

const foreignVariables = /^(PULUMI_|GITLAB_|NODE_OPTIONS$|GOGC$)/;

/**
 * With driver none, kubeadm uninstalls Kubernetes at a deletion. A start that ended before kubeadm was downloaded has
 * installed nothing, and minikube can never delete its profile.
 */
const noKubeadm = /kubeadm\W+ No such file or directory/;

/** Minikube's command line, for one profile. */
export class Minikube {
  constructor(
    private readonly profile: string,
    private readonly options: MinikubeOptions,
  ) {}

  /** State of the profile. @throws UserError when minikube does not answer */
  async look(): Promise<Found> {
    const list = await this.quiet(["profile", "list", "--light", "--output=json"]);
    const profile = this.understood(list.stdout, "minikube profile list");
    if (typeof profile === "string") {
      // The light list omits profiles that minikube cannot read, such as one whose start failed early.
      const all = await this.quiet(["profile", "list", "--output=json"]);
      const found = this.understood(all.stdout, "minikube profile list");
      return { state: typeof found === "string" ? found : "broken" };
    }
    // Its exit code says the same as its output.
    const status = await this.quiet(["status", this.selected, "--output=json"]);
    const missing = whatIsMissing(status.stdout);
    return missing === undefined ? { state: "running", profile } : { state: "stopped", profile, missing };
  }

  /** Creates the cluster. @throws UserError with minikube's own reason and advice */
  async create(spec: ProfileSpec): Promise<void> {
    await this.say(startArguments(spec));
  }

  /** Starts what does not run, and upgrades. @throws UserError with minikube's own reason and advice */
  async start(spec: ProfileSpec): Promise<void> {
    await this.say(restartArguments(spec));
  }

  async enableAddon(name: string): Promise<void> {
    await this.say(["addons", "enable", name, this.selected]);
  }

  async disableAddon(name: string): Promise<void> {
    await this.say(["addons", "disable", name, this.selected]);
  }

  async addNode(): Promise<void> {
    await this.say(["node", "add", this.selected]);
  }

  async deleteNode(name: string): Promise<void> {
    await this.say(["node", "delete", name, this.selected]);
  }

  /**
   * Deletes the cluster and its profile; deleting a profile that does not exist succeeds.
   *
   * @param found state of the profile
   */
  async delete(found: Found): Promise<void> {
    if ("profile" in found && isDriver(found.profile.driver) && driverOf(found.profile.driver).uninstalls) {
      await this.halt();
    }
    try {
      await this.say(["delete", this.selected, "--output=json"]);
    } catch (error) {
      if (!(error instanceof UserError && noKubeadm.test(error.what))) throw error;
      await this.forget();
    }
  }

  /**
   * Stops the cluster before its deletion. kubeadm ends the kubelet and then the pods that run. A
   * pod that the runtime is about to start would appear later and stay, so no pod may be starting
   * at that time.
   */
  private async halt(): Promise<void> {
    try {
      await this.say(["stop", this.selected, "--output=json"], HALT);
    } catch (error) {
      // A cluster that is half created may not be able to stop, and is deleted anyway.
      if (!(error instanceof UserError)) throw error;
      this.options.progress?.(`${error.what}: deleting it as it is`);
    }
  }

  /** Removes the profile's files, as minikube itself does with a profile that it cannot read. */
  private async forget(): Promise<void> {
    const folder = minikubeFolder(this.options.env ?? process.env);
    for (const part of ["profiles", "machines"]) {
      await rm(join(folder, part, this.profile), { recursive: true, force: true, maxRetries: 3 });
    }
  }

  private get selected(): string {
    return `--profile=${this.profile}`;
  }

  private understood(output: string, command: string) {
    try {
      return findProfile(output, this.profile);
    } catch (cause) {
      const fix = `run it by hand: ${command} --output=json`;
      throw new UserError("minikube's output has an unknown format", command, fix, { code: "TIM-322", cause });
    }
  }

  /** Runs a command that changes something, and reports its progress. */
  private async say(args: readonly string[], timeout = WORK): Promise<void> {
    // Loaded on demand: it takes 0.1 s, and most runs start no process.
    const { execa } = await import("execa");
    const said: MinikubeEvent[] = [];
    const child = execa(this.options.program, args, { ...this.spawning(timeout), buffer: { stdout: false } });
    for await (const line of child.iterable()) {
      const event = parseEvent(line);
      if (!event) continue;
      said.push(event);
      const progress = progressOf(event);
      if (progress !== undefined) this.options.progress?.(progress);
    }
    const { failed, timedOut, stderr, cause } = await child;
    this.options.signal?.throwIfAborted();
    if (!failed) return;
    const command = `minikube ${args.filter((argument) => !argument.startsWith("-")).join(" ")}`;
    const rest = timedOut ? `it did not end within ${timeout / 60_000} minutes` : String(stderr || (cause ?? ""));
    throw failureOf(said, command, this.profile, rest);
  }

  private async quiet(args: readonly string[]): Promise<{ readonly stdout: string }> {
    const { execa } = await import("execa");
    const { stdout, timedOut, cause } = await execa(this.options.program, args, this.spawning(LOOK));
    this.options.signal?.throwIfAborted();
    if (!timedOut && cause === undefined) return { stdout };
    const words = timedOut ? `it did not answer within ${LOOK / 1000} s` : String((cause as Error).message);
    throw new UserError(`minikube cannot be asked: ${words}`, this.options.program, "run it by hand: minikube status", {
      code: "TIM-322",
    });
  }

  private spawning(timeout: number) {
    const { kubeconfigFile, env = process.env, signal } = this.options;
    return {
      env: {
        // With driver none its child processes are the cluster, which must not see settings of Pulumi and GitLab.
        ...Object.fromEntries(Object.entries(withUserTmpdir(env)).filter(([name]) => !foreignVariables.test(name))),
        KUBECONFIG: kubeconfigFile,
        // Otherwise each call asks GitHub for a newer version.
        MINIKUBE_WANTUPDATENOTIFICATION: "false",
        MINIKUBE_SUPPRESS_DOCKER_PERFORMANCE: "true",
      },
      extendEnv: false,
      stdin: "ignore" as const,
      reject: false as const,
      timeout,
      ...(signal && { cancelSignal: signal }),
    };
  }
}
