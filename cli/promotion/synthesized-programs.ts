import { join } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import { checkout } from "@timonier/kit/state-folder";
import type { Trees } from "@timonier/manifests/tree";
import { execa } from "execa";
import type { OpenEnvironment } from "./open-environment.js";
import { ProgramAt } from "./program-at.js";

/** Syntheses of earlier commits of the program, each made once. */
export class SynthesizedPrograms {
  private readonly programs = new Map<string, Promise<ProgramAt>>();
  private readonly trees = new Map<string, Promise<Trees>>();

  /**
   * @param folder for the unpacked commits
   * @param images tags of the images that automation owns, by their policies
   */
  constructor(
    private readonly folder: string,
    private readonly images: ReadonlyMap<string, string>,
    private readonly progress: Progress,
  ) {}

  /** What a commit synthesizes for one stack of an environment. @throws UserError with the words of that program */
  treesFor(sha: string, environment: OpenEnvironment, stack: string): Promise<Trees> {
    const key = `${sha} ${environment.name} ${stack}`;
    const known = this.trees.get(key) ?? this.synthesize(sha, environment, stack);
    this.trees.set(key, known);
    return known;
  }

  private async synthesize(sha: string, environment: OpenEnvironment, stack: string): Promise<Trees> {
    const program = this.programs.get(sha) ?? ProgramAt.unpack(sha, join(this.folder, sha), this.progress);
    this.programs.set(sha, program);
    const found = environment.stacks.find((one) => one.stack.name === stack) ?? environment.stacks[0];
    return (await program).synthesize({
      TIMONIER_CLUSTER: found.destination.cluster,
      TIMONIER_APPLICATION_URL: environment.repositories.applicationRepository,
      TIMONIER_BRANCH: environment.branch,
      TIMONIER_ENVIRONMENT: environment.name,
      TIMONIER_IMAGE_AUTOMATION: String(found.destination.imageAutomation),
      TIMONIER_IMAGES: JSON.stringify(Object.fromEntries(this.images)),
    });
  }
}

/** The newest of some commits of this checkout. @returns undefined for none */
export async function newestCommit(shas: readonly string[]): Promise<string | undefined> {
  if (shas.length < 2) return shas[0];
  const args = ["rev-list", "--no-walk", "--date-order", "--max-count=1", ...shas];
  const { stdout } = await execa("git", args, { cwd: checkout, timeout: 30_000, stdin: "ignore" });
  return stdout.trim();
}
