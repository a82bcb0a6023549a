import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { applicationFolders } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { credentialOf } from "../stack/read-credential.js";
import type { Stack } from "../stack/stack.js";
import { stackGitLabToken } from "../stack/stack-gitlab.js";
import { destinationOf, knownRepositories, type Repositories } from "./destination.js";
import { findProvenance } from "./found-provenance.js";
import { filesOfFolder, keepImages } from "./kept-images.js";
import { recordedTree } from "./recorded-tree.js";
import { cloneRepository, commitTree, type ReadCredential } from "./repository-clone.js";
import { synthesisFor } from "./synthesis.js";

/** The changes that `publish` would propose, as local clones. */
export interface Proposal {
  /** Name of the stack's cluster, and of its folder in the setup repository. */
  readonly cluster: string;
  readonly setup: ProposedRepository;
  readonly application: ProposedRepository;
  /** JSON file with the source lines of the objects. */
  readonly provenance: string;
}

/** A clone of a repository: `origin/HEAD` is its branch, and `HEAD` adds the manifests that apps/ synthesizes. */
export interface ProposedRepository {
  readonly folder: string;
  /** Whether `HEAD` differs from `origin/HEAD`. */
  readonly differs: boolean;
}

/**
 * Clones both repositories of a stack, and commits to each clone what `publish` would propose. Nothing is pushed.
 *
 * @param into folder for the clones
 * @throws UserError when the repositories are not known or cannot be read
 */
export async function propose(name: string, into: string): Promise<Proposal> {
  const destination = await destinationOf(name);
  const { stack, cluster } = destination;
  const repositories = knownRepositories(destination);
  const files = await readSettingsFiles();
  const first = synthesisFor(destination, files);
  const folders = applicationFolders(first.environment);
  const credential = await reader(stack, repositories);
  const clone = async (repository: keyof Trees, address: string) => {
    const folder = join(into, repository);
    const { branch } = first.input.application;
    await cloneRepository({ address, branch, folder, credential, caFile: repositories.gitlabCaFile });
    return folder;
  };
  const [setupFolder, applicationFolder] = await Promise.all([
    clone("setup", repositories.setupRepository),
    clone("application", repositories.applicationRepository),
  ]);
  const synthesis = await keepImages(first, filesOfFolder(applicationFolder, folders));
  const { trees } = synthesis;
  const proposed = async (repository: keyof Trees, folder: string) => {
    const former = await formerTree(folder, trees[repository]);
    const isSetup = repository === "setup";
    const read = (path: string) => readFile(join(folder, path), "utf8").catch(() => undefined);
    const tree = isSetup ? trees.setup : await recordedTree(synthesis, files, read);
    return { folder, former, differs: await commitTree(folder, tree, "Manifests of apps/", isSetup ? [] : folders) };
  };
  const [setup, application] = await Promise.all([
    proposed("setup", setupFolder),
    proposed("application", applicationFolder),
  ]);
  const base = { setup: setup.former, application: application.former };
  const provenance = join(into, "causes.json");
  await writeFile(provenance, JSON.stringify(await findProvenance(synthesis, base)));
  return { cluster, setup, application, provenance };
}

/** The former content of a tree's files in a clone. */
async function formerTree(folder: string, tree: Tree): Promise<Tree> {
  const read = [...tree.keys()].map(async (path) => {
    const text = await readFile(join(folder, path), "utf8").catch(() => undefined);
    return text === undefined ? [] : [[path, text] as const];
  });
  return new Map((await Promise.all(read)).flat());
}

/** Credential to read the repositories: of the environment, else of the stack. */
export async function reader(stack: Stack, repositories: Repositories): Promise<ReadCredential> {
  const given = credentialOf(process.env, repositories);
  return given ?? { user: "oauth2", token: await stackGitLabToken(stack, repositories) };
}
