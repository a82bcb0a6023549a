import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageControllers } from "@timonier/health/flux-controllers";
import { checkout, StateFolder } from "@timonier/kit/state-folder";
import { versions } from "@timonier/kit/versions";
import { fluxSystem, gotkKustomization } from "@timonier/manifests/gotk-sync";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { writeTree } from "@timonier/manifests/write-tree";
import type { PlatformConfig } from "../config.js";
import type { Repositories } from "../gitlab/repositories.js";
import type { InitialContent } from "../gitlab/repository/initial-content.js";

const componentsFile = "gotk-components.yaml";

/** Flux's files of one cluster. */
interface FluxFiles {
  /** Folder of the cluster in the setup repository. */
  readonly path: string;
  /** Text of `gotk-components.yaml`. */
  readonly components: string;
  /** Text of `gotk-sync.yaml`. */
  readonly sync: string;
}

/**
 * Writes what the repositories hold from the start to the stack's folder, where the plugin reads
 * it.
 */
export async function writeInitialContents(
  config: Pick<PlatformConfig, "stack" | "review" | "pipelines" | "imageAutomation">,
  trees: Trees,
  flux: FluxFiles,
): Promise<Record<keyof Repositories, InitialContent>> {
  const stackFolder = new StateFolder().stack(config.stack);
  const write = async (name: string, tree: Tree) => {
    const folder = join(stackFolder, "seed", name);
    await writeTree(folder, tree);
    return folder;
  };
  const [setup, fluxFolder, application, owners, pipeline] = await Promise.all([
    write("setup", trees.setup),
    // Apart from what is synthesized: `publish` deletes synthesized files that are no longer made,
    // and not these.
    write("flux", fluxTree(flux)),
    write("application", trees.application),
    write("owners", ownersTree(config.review.codeOwners)),
    write("pipeline", pipelineTree(config.pipelines)),
  ]);
  // Flux does not need the pipeline, so no merge request proposes it to a repository that exists.
  const foldersOfNew = [pipeline];
  const components = {
    path: `${flux.path}/${fluxSystem}/${componentsFile}`,
    version: versions.flux,
    ...(config.imageAutomation && { components: [...imageControllers] }),
  };
  return {
    setup: { folders: [owners, fluxFolder, setup], foldersOfNew, flux: components },
    application: { folders: [owners, application], foldersOfNew },
  };
}

/** The files that `flux bootstrap` would commit. */
function fluxTree({ path, components, sync }: FluxFiles): Tree {
  const folder = `${path}/${fluxSystem}`;
  return new Map([
    [`${folder}/${componentsFile}`, components],
    [`${folder}/gotk-sync.yaml`, sync],
    [`${folder}/kustomization.yaml`, gotkKustomization()],
  ]);
}

/**
 * The same bytes for every stack. What differs is in variables, so a setting changes without a
 * merge request.
 */
function pipelineTree(wanted: boolean): Tree {
  return wanted
    ? new Map([[".gitlab-ci.yml", readFileSync(join(checkout, "ci", "repository.yml"), "utf8")]])
    : new Map();
}

/** @see https://docs.gitlab.com/user/project/codeowners/ */
function ownersTree(owners: string | undefined): Tree {
  return owners === undefined ? new Map() : new Map([[".gitlab/CODEOWNERS", `* ${owners}\n`]]);
}
