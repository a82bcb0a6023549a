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
  /** @default process.env: MINIKUBE_HOME and every other setting of minikube's come from there */
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Ends the running command. */
  readonly signal?: AbortSignal;
}

/** Longest time to tell how things are, in milliseconds. */
const LOOK = 60_000;

/** Longest time for a command that changes something, in milliseconds: images are pulled over slow lines. */
const WORK = 30 * 60_000;

/** Longest time to stop what is deleted next, in milliseconds: minikube tries for two minutes. */
const HALT = 3 * 60_000;

const othersVariables = /^(PULUMI_|GITLAB_|NODE_OPTIONS$|GOGC$)/;

/**
 * With driver none a deletion has kubeadm uninstall Kubernetes. A start that was cut short before kubeadm was there has
 * installed nothing, and minikube cannot delete its profile: neither now nor later.
 */
const noKubeadm = /kubeadm\W+ No such file or directory/;

/** Minikube's command line, for one profile. */
export class Minikube {
  constructor(
    private readonly profile: string,
    private readonly options: MinikubeOptions,
  ) {}

  /** How the profile is. @throws UserError when minikube does not say it */
  async look(): Promise<Found> {
    const list = await this.quiet(["profile", "list", "--light", "--output=json"]);
    const profile = this.understood(list.stdout, "minikube profile list");
    if (typeof profile === "string") {
      // The quick list has no profile that cannot be read, such as one whose start failed early.
      const all = await this.quiet(["profile", "list", "--output=json"]);
      const found = this.understood(all.stdout, "minikube profile list");
      return { state: typeof found === "string" ? found : "broken" };
    }
    // Its exit code tells the same as its output.
    const status = await this.quiet(["status", this.selected, "--output=json"]);
    const missing = whatIsMissing(status.stdout);
    return missing === undefined ? { state: "running", profile } : { state: "stopped", profile, missing };
  }

  /** Makes the cluster. @throws UserError with minikube's own reason and advice */
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
   * Deletes the cluster and its profile; one that is not there is none of minikube's errors.
   *
   * @param found how the profile is
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
   * kubeadm ends the kubelet and then the pods that are there. One that the runtime has just been asked for comes later, and
   * stays: so nothing is asked for by then.
   */
  private async halt(): Promise<void> {
    try {
      await this.say(["stop", this.selected, "--output=json"], HALT);
    } catch (error) {
      // What is half made may not be able to stop; that it is deleted counts.
      if (!(error instanceof UserError)) throw error;
      this.options.progress?.(`${error.what}: deleting it as it is`);
    }
  }

  /** What minikube itself does with a profile that it cannot read. */
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
      throw new UserError("minikube's answer is not understood", command, fix, { cause });
    }
  }

  /** A command that changes something; what it says is told as it comes. */
  private async say(args: readonly string[], timeout = WORK): Promise<void> {
    // Loaded where a process is started: most runs start none, and it takes a tenth of a second.
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
    throw new UserError(`minikube cannot be asked: ${words}`, this.options.program, "run it by hand: minikube status");
  }

  private spawning(timeout: number) {
    const { kubeconfigFile, env = process.env, signal } = this.options;
    return {
      env: {
        // With driver none its children are the cluster: what is Pulumi's and GitLab's is none of theirs.
        ...Object.fromEntries(Object.entries(withUserTmpdir(env)).filter(([name]) => !othersVariables.test(name))),
        KUBECONFIG: kubeconfigFile,
        // It would ask GitHub for a newer one in every call.
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
