import { markedImages } from "@timonier/kit/image-marker";
import { type ProgramRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import type { Tree, Trees } from "@timonier/manifests/tree";
import type { Promotion } from "@timonier/report/model";
import type { Environment } from "../../apps/environments.js";
import { clusterFolder, environmentFolder } from "../../apps/main.js";
import { recordPath, withRecord } from "../../infra/delivery/environment-record.js";
import { progress } from "../terminal.js";
import { filesAtCommit, filesIn } from "./clone-files.js";
import { checkUnchanged } from "./hand-changes.js";
import { checkDependencies } from "./left-behind.js";
import type { EnvironmentClones, OpenEnvironment } from "./open-environment.js";
import { filesOfApplication, promotedTrees } from "./promoted-trees.js";
import {
  describePromotion,
  type PromotionFacts,
  type PromotionPlan,
  planPromotion,
  promotedRecord,
  type RunningApplication,
} from "./promotion-plan.js";
import type { EnvironmentTrees } from "./propose-trees.js";
import { runningApplications } from "./running-applications.js";
import { newestCommit, SynthesizedPrograms } from "./synthesized-programs.js";

/** What is promoted where. */
export interface PromotionInput {
  readonly asked: readonly string[];
  readonly target: Environment;
  readonly from: OpenEnvironment;
  readonly into: OpenEnvironment;
  /** Clones of the target's repositories; the application repository is that of both. */
  readonly clones: EnvironmentClones;
  /** Folder for temporary files. */
  readonly folder: string;
}

/** A promotion that is ready to be rehearsed and proposed. */
export interface PreparedPromotion {
  readonly promotion: Promotion;
  readonly trees: EnvironmentTrees;
  /** Text of the merge requests. */
  readonly description: string;
}

/**
 * Reads what runs in the environment before, and synthesizes the target from the same commits of
 * the program.
 *
 * @throws UserError when something cannot be promoted
 */
export async function preparePromotion(input: PromotionInput): Promise<PreparedPromotion> {
  const { asked, target, from, clones } = input;
  const present = await filesIn(clones.application, ".");
  const headOf = (environment: string): ProgramRecord => {
    const path = recordPath(environment);
    return parseProgramRecord(present.get(path), path);
  };
  const heads = { from: headOf(from.name), to: headOf(target.name) };
  const options = { environment: from.name, stacks: from.stacks, clone: clones.application, head: heads.from };
  const running = await runningApplications(options);
  const files = await runningFiles(input, running);
  const filesOfTarget = (name: string) => filesOfApplication(present, target.name, name, [heads.to]);
  const images = {
    from: new Map([...files].map(([name, tree]) => [name, imagesIn(tree)])),
    to: new Map([...heads.to.keys()].map((name) => [name, imagesIn(filesOfTarget(name))])),
  };
  const facts: PromotionFacts = { from: from.name, to: target, asked, running, heads, images, now: new Date() };
  const plan = planPromotion(facts);
  const record = promotedRecord(plan, facts);
  const tags = new Map([...plan.promoted.keys()].flatMap((name) => [...(images.from.get(name) ?? [])]));
  const programs = new SynthesizedPrograms(input.folder, tags, progress);
  await checkNotChanged(input, { plan, programs, files });
  const trees = await treesOf(input, { plan, programs, records: [heads.to, record, heads.from] });
  checkDependencies({
    ...{ from: from.name, to: target.name, records: { from: heads.from, after: record } },
    promoted: kustomizationsOf(input, plan, trees),
  });
  const promotion = describePromotion(plan, facts);
  const application = withRecord(trees.application, target.name, record);
  return { promotion, trees: { ...trees, application }, description: describe(promotion) };
}

/** The files of each application at the revision that runs. */
async function runningFiles(
  { from, clones }: PromotionInput,
  running: ReadonlyMap<string, RunningApplication>,
): Promise<ReadonlyMap<string, Tree>> {
  const trees = new Map<string, Promise<Tree>>();
  const files = new Map<string, Tree>();
  for (const [name, { record, revision }] of running) {
    const tree = trees.get(revision) ?? filesAtCommit(clones.application, revision, environmentFolder(from.name));
    trees.set(revision, tree);
    files.set(name, filesOfApplication(await tree, from.name, name, [new Map([[name, record]])]));
  }
  return files;
}

/** The images that automation owns, by their policies. */
function imagesIn(tree: Tree): ReadonlyMap<string, string> {
  return new Map([...tree.values()].flatMap((text) => [...markedImages(text)]));
}

interface UnchangedOptions {
  readonly plan: PromotionPlan;
  readonly programs: SynthesizedPrograms;
  readonly files: ReadonlyMap<string, Tree>;
}

/** Checks that each promoted application runs as its program synthesizes it. */
async function checkNotChanged({ from }: PromotionInput, { plan, programs, files }: UnchangedOptions): Promise<void> {
  for (const [name, { record }] of plan.promoted) {
    const records = [new Map([[name, record]])];
    const running = files.get(name) ?? new Map();
    const { application } = await programs.treesFor(record.program ?? "", from, from.stacks[0].stack.name);
    checkUnchanged(name, from.name, running, filesOfApplication(application, from.name, name, records));
  }
}

interface TreesOptions {
  readonly plan: PromotionPlan;
  readonly programs: SynthesizedPrograms;
  readonly records: readonly ProgramRecord[];
}

async function treesOf({ into, clones }: PromotionInput, { plan, programs, records }: TreesOptions) {
  const newest = await newestCommit([...plan.promoted.values()].map(({ record }) => record.program ?? ""));
  const application = await filesIn(clones.application, environmentFolder(into.name));
  const composed = await Promise.all(
    into.stacks.map(async ({ stack, destination }): Promise<[string, Trees]> => {
      const taken = new Map<string, Trees>();
      for (const [name, { record }] of plan.promoted) {
        taken.set(name, await programs.treesFor(record.program ?? "", into, stack.name));
      }
      const { cluster } = destination;
      const setup = await filesIn(clones.setups.get(stack.name) ?? "", clusterFolder(cluster));
      const shared = newest === undefined ? undefined : await programs.treesFor(newest, into, stack.name);
      const options = { environment: into.name, cluster, taken, removed: plan.removed, newest: shared, records };
      return [stack.name, promotedTrees({ ...options, present: { setup, application } })];
    }),
  );
  const [first] = composed;
  return {
    application: first?.[1].application ?? application,
    setups: new Map(composed.map(([name, { setup }]) => [name, setup])),
  };
}

/** Text of the Kustomization of each promoted application. */
function kustomizationsOf({ into }: PromotionInput, { promoted }: PromotionPlan, { setups }: EnvironmentTrees) {
  const [{ stack, destination }] = into.stacks;
  const setup = setups.get(stack.name);
  const folder = clusterFolder(destination.cluster);
  const texts = [...promoted].map(([name, { record }]): [string, string] => {
    return [name, setup?.get(`${folder}/${record.kustomization}.yaml`) ?? ""];
  });
  return new Map(texts);
}

/** The text of the merge requests: what is the same as long as the promotion is, so that it is not edited each time. */
function describe({ from, to, applications }: Promotion): string {
  const lines = applications.map(({ name, revision, program }) =>
    revision === undefined
      ? `- ${name}: removed, as in ${from}`
      : `- ${name}: commit ${program?.slice(0, 8)} of the program, which runs in ${from} at revision ${revision.slice(0, 8)}`,
  );
  return [`Promotes to ${to} what runs in ${from}:`, "", ...lines].join("\n");
}
