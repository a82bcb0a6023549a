import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publish } from "@timonier/manifests/publish";
import type { Tree, Trees } from "@timonier/manifests/tree";
import type { Report } from "@timonier/report/model";
import { postNote } from "@timonier/report/note/note";
import { environmentFolder } from "../../apps/main.js";
import { knownRepositories } from "../merge-request/destination.js";
import type { Proposal } from "../merge-request/proposal.js";
import { resultLine } from "../merge-request/publish-result.js";
import { publisher } from "../merge-request/publisher.js";
import { type RehearsalOptions, rehearseClones } from "../merge-request/rehearse-proposal.js";
import { commitTree } from "../merge-request/repository-clone.js";
import { projectOf } from "../stack/stack-gitlab.js";
import type { EnvironmentClones, OpenEnvironment } from "./open-environment.js";
import { judgePromotion, mergeWhenOpen } from "./promotion-gate.js";

/** New trees for an environment. */
export interface EnvironmentTrees {
  readonly application: Tree;
  /** Tree of the setup repository for each stack, by its name. */
  readonly setups: ReadonlyMap<string, Tree>;
}

/** What is proposed, and under which name. */
export interface TreesProposal {
  readonly environment: OpenEnvironment;
  readonly clones: EnvironmentClones;
  readonly trees: EnvironmentTrees;
  /** Source branch of the merge requests. */
  readonly branch: string;
  readonly title: string;
  /** Text of the merge requests, above the list of files. */
  readonly description: string;
  /** Whether GitLab merges them by itself when their statuses are successful. @default false */
  readonly autoMerge?: boolean;
}

/** Rehearses the trees on a cluster for each stack. @returns undefined when nothing differs */
export async function rehearseTrees(
  { environment, clones, trees, branch, title }: TreesProposal,
  options: RehearsalOptions,
  into: string,
): Promise<Report | undefined> {
  const folders = [environmentFolder(environment.name)];
  const applicationDiffers = await commitTree(clones.application, trees.application, title, folders);
  // A merge request of a promotion shows the files; the lines of the program are in its commit.
  const provenance = join(into, "provenance.json");
  await writeFile(provenance, "[]");
  const proposals: Proposal[] = [];
  for (const { stack, destination } of environment.stacks) {
    const folder = clones.setups.get(stack.name) ?? "";
    const differs = await commitTree(folder, trees.setups.get(stack.name) ?? new Map(), title);
    proposals.push({
      cluster: destination.cluster,
      setup: { folder, differs },
      application: { folder: clones.application, differs: applicationDiffers },
      provenance,
    });
  }
  if (!applicationDiffers && proposals.every(({ setup }) => !setup.differs)) return undefined;
  return rehearseClones(proposals, options, { base: { ref: environment.branch }, head: { ref: branch } });
}

/** Opens, updates or closes the merge requests. @returns why they must not be merged yet, one line each */
export async function publishTrees(
  { environment, trees, branch, title, description, autoMerge }: TreesProposal,
  report: Report | undefined,
): Promise<readonly string[]> {
  const [{ stack }] = environment.stacks;
  const { repositories, branch: target } = environment;
  const client = await publisher(stack, repositories, "application");
  const folders = [environmentFolder(environment.name)];
  const waits: string[] = [];
  const propose = async (repository: keyof Trees, address: string, tree: Tree) => {
    const project = projectOf(repositories, address);
    const own = repository === "setup" ? await publisher(stack, repositories, "setup") : client;
    const options = { project, tree, target, branch, title, description };
    const published = await publish(own, { ...options, folders: repository === "setup" ? [] : folders });
    console.log(resultLine(project, published));
    if (!report || published.iid === undefined) return;
    const { commit } = await own.Branches.show(project, branch);
    const request = { project, mergeRequest: published.iid, headSha: commit.id };
    await postNote(own, { ...request, report, key: "promotion" });
    waits.push(...(await judgePromotion({ client: own, branch, ...request }, report)));
    if (autoMerge) console.log(`${project}: ${await mergeWhenOpen({ client: own, branch, ...request })}`);
  };
  for (const [address, tree] of setupTrees(environment, trees)) await propose("setup", address, tree);
  await propose("application", repositories.applicationRepository, trees.application);
  return [...new Set(waits)];
}

/** Stacks may share a setup repository: each cluster has its own folder in it. */
function setupTrees({ stacks }: OpenEnvironment, { setups }: EnvironmentTrees): Map<string, Tree> {
  const joined = new Map<string, Tree>();
  for (const { stack, destination } of stacks) {
    const { setupRepository } = knownRepositories(destination);
    const tree = setups.get(stack.name) ?? new Map();
    joined.set(setupRepository, new Map([...(joined.get(setupRepository) ?? []), ...tree]));
  }
  return joined;
}
