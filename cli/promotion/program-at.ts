import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { linkModules } from "@timonier/kit/link-modules";
import type { Progress } from "@timonier/kit/progress";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { Trees } from "@timonier/manifests/tree";
import { readTrees } from "@timonier/manifests/tree-files";
import { execa } from "execa";
import type { SynthEnvironment } from "../cdk8s-synth.js";

/** For which cluster and environment a commit is synthesized. */
export type SynthesisTarget = Required<
  Pick<
    SynthEnvironment,
    | "TIMONIER_CLUSTER"
    | "TIMONIER_APPLICATION_URL"
    | "TIMONIER_ENVIRONMENT"
    | "TIMONIER_BRANCH"
    | "TIMONIER_IMAGE_AUTOMATION"
    | "TIMONIER_IMAGES"
  >
>;

/** Milliseconds for `npm ci`, and for one synthesis. */
const timeouts = { install: 600_000, synthesis: 120_000 };

/** The program as it was in a commit. */
export class ProgramAt {
  private runs = 0;

  private constructor(
    private readonly sha: string,
    private readonly folder: string,
  ) {}

  /**
   * Unpacks a commit of this checkout's program into a folder, with its packages.
   *
   * @param folder is created
   * @throws UserError when the commit is not in this clone, or its packages cannot be installed
   */
  static async unpack(sha: string, folder: string, progress: Progress): Promise<ProgramAt> {
    const root = join(folder, "program");
    await mkdir(root, { recursive: true });
    await checkPresent(sha);
    const archive = join(folder, "program.tar");
    await execa("git", ["archive", "--format=tar", `--output=${archive}`, sha, "."], {
      cwd: checkout,
      timeout: 60_000,
    });
    await execa("tar", ["-xf", archive, "-C", root], { timeout: 60_000 });
    await installPackages(root, progress);
    return new ProgramAt(sha, folder);
  }

  /**
   * Synthesizes as `cdk8s synth` does at that commit.
   *
   * @throws UserError with the words of that program
   */
  async synthesize(target: SynthesisTarget): Promise<Trees> {
    const output = join(this.folder, `dist-${this.runs++}`);
    const root = join(this.folder, "program");
    const { exitCode, stderr } = await execa(
      process.execPath,
      [join(root, "packages", "kit", "run.mjs"), join(root, "cli", "cdk8s-app.ts")],
      {
        cwd: root,
        env: { ...target, CDK8S_OUTDIR: output },
        reject: false,
        stdin: "ignore",
        timeout: timeouts.synthesis,
      },
    );
    if (exitCode === 0) return readTrees(output);
    throw new UserError(
      `the program cannot be synthesized for ${target.TIMONIER_ENVIRONMENT}: ${stderr.trim() || "it gave no answer in time"}`,
      `commit ${this.sha}`,
      "correct it, publish, and let the correction run in the environment before",
      { code: "TIM-863" },
    );
  }
}

async function checkPresent(sha: string): Promise<void> {
  const known = /^[0-9a-f]{40,64}$/.test(sha);
  const { exitCode } = known
    ? await execa("git", ["cat-file", "-e", `${sha}^{commit}`], { cwd: checkout, reject: false, timeout: 30_000 })
    : { exitCode: 1 };
  if (exitCode === 0) return;
  throw new UserError(
    `the commit ${sha} of the program is not in this clone`,
    checkout,
    "fetch it: git fetch --all, or in a pipeline GIT_DEPTH: 0",
    { code: "TIM-864" },
  );
}

/** Links the packages of this checkout where the commit has the same ones, and installs them elsewhere. */
async function installPackages(root: string, progress: Progress): Promise<void> {
  const lock = "package-lock.json";
  const own = join(checkout, "node_modules");
  const same = readFileSync(join(root, lock)).equals(readFileSync(join(checkout, lock)));
  if (same && existsSync(own)) return linkModules(own, join(root, "node_modules"));
  progress("the commit has other packages than this checkout: npm ci");
  const options = { cwd: root, reject: false, stdin: "ignore", timeout: timeouts.install } as const;
  const { exitCode, stderr } = await execa("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], options);
  if (exitCode === 0) return;
  throw new UserError(
    `the packages of the commit cannot be installed: ${stderr.trim().split("\n")[0] ?? ""}`,
    root,
    "check that npm reaches its registry, and run the command again",
    { code: "TIM-865" },
  );
}
