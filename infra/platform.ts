import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { checkout, StateFolder } from "@timonier/kit/state-folder";
import { versions } from "@timonier/kit/versions";
import { fluxSystem, gotkKustomization } from "@timonier/manifests/gotk-sync";
import type { Tree } from "@timonier/manifests/tree";
import { writeTree } from "@timonier/manifests/write-tree";
import { sourceName } from "../apps/delivery.js";
import { readSettings } from "../apps/settings-file.js";
import { connectCluster, prepareCluster } from "./cluster/select.js";
import type { PlatformConfig } from "./config.js";
import { delivered } from "./delivery/await-delivery.js";
import { synthesize } from "./delivery/synthesize.js";
import { fluxDistribution } from "./flux/distribution.js";
import { planFlux } from "./flux/flux-plan.js";
import { Flux } from "./flux/install-flux.js";
import { manifestsOf } from "./flux/manifests.js";
import { Webhook } from "./flux/webhook.js";
import { connectInstance } from "./gitlab/connect-gitlab.js";
import { addressOf, describeProtection } from "./gitlab/gitlab-instance.js";
import { rehearsalVariables } from "./gitlab/repository/pipeline-variables.js";
import { Repository } from "./gitlab/repository/repository.js";

const componentsFile = "gotk-components.yaml";

/** Outputs of a stack. */
export type Outputs = Record<string, pulumi.Input<unknown>>;

/** Cluster, repositories, Flux: everything that has to exist before Git can rule. */
export async function createPlatform(config: PlatformConfig): Promise<Outputs> {
  const say = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
  const prepared = await prepareCluster(config);
  const [instance, settings, distribution] = await Promise.all([
    connectInstance(config),
    readSettings(),
    fluxDistribution(say),
  ]);
  const url = addressOf(instance, config.setupRepository);
  const { path, sync, wanted } = planFlux(config, url, settings, distribution.objects);
  const trees = synthesize({
    cluster: config.cluster.name,
    application: {
      url: addressOf(instance, config.applicationRepository),
      branch: config.branch,
      secretName: sourceName,
    },
    settings,
  });
  const seeds = new StateFolder().stack(config.stack);
  const seed = {
    setup: join(seeds, "seed", "setup"),
    // Flux's own files are no synthesized ones: publishing leaves them alone.
    flux: join(seeds, "seed", "flux"),
    application: join(seeds, "seed", "application"),
    owners: join(seeds, "seed", "owners"),
    pipeline: join(seeds, "seed", "pipeline"),
  };
  await Promise.all([
    writeTree(seed.setup, trees.setup),
    writeTree(seed.flux, fluxTree(`${path}/${fluxSystem}`, distribution.text, sync)),
    writeTree(seed.application, trees.application),
    writeTree(seed.owners, ownersTree(config.review.codeOwners)),
    writeTree(seed.pipeline, pipelineTree(config.pipelines)),
  ]);

  const cluster = await connectCluster(config, wanted, prepared);
  const repository = {
    instance,
    branch: config.branch,
    visibility: config.visibility,
    protect: config.protect,
    review: config.review,
    ciToken: config.ciToken,
    // Nothing needs them: a repository that people made is not bothered with a merge request for them.
    seedOfNew: [seed.pipeline],
    readByPipelines: config.program !== undefined,
    rotateBefore: config.rotateBefore,
    cluster: cluster.name,
    tokenDays: config.tokenDays,
  };
  const setup = new Repository("setup", {
    ...repository,
    path: config.setupRepository,
    description: "Flux, its sources and kustomizations, for every cluster",
    seed: [seed.owners, seed.flux, seed.setup],
    flux: { path: `${path}/${fluxSystem}/${componentsFile}`, version: versions.flux },
  });
  const application = new Repository("application", {
    ...repository,
    path: config.applicationRepository,
    description: "Manifests of the applications",
    imageAutomation: config.imageAutomation,
    seed: [seed.owners, seed.application],
  });
  if (config.program) {
    const told = { program: config.program, cluster: cluster.name };
    rehearsalVariables("setup", { ...told, of: setup, role: "setup", other: application });
    rehearsalVariables("application", { ...told, of: application, role: "application", other: setup });
  }
  const flux = new Flux("flux", {
    cluster,
    setup,
    application,
    caBundle: instance.caBundle,
    timeout: config.timeout,
    components: distribution.objects,
    sync: manifestsOf(sync),
    applicationSecret: { namespace: settings.delivery.namespace, name: sourceName },
  });
  // Where GitLab cannot reach the cluster nothing is made, and Flux looks at its intervals.
  const receiver = config.webhookUrl ?? (config.gitlab.kind === "embedded" ? cluster.receiver : undefined);
  if (receiver !== undefined) {
    const sources = [
      { name: "setup", repository: setup, source: { namespace: fluxSystem, name: fluxSystem } },
      {
        name: "application",
        repository: application,
        source: { namespace: settings.delivery.namespace, name: sourceName },
      },
    ];
    for (const { name, ...told } of sources) {
      new Webhook(name, { ...told, cluster, receiver, branch: config.branch, controllers: flux.controllers });
    }
  }
  return {
    cluster: cluster.name,
    clusterKind: cluster.kind,
    kubernetesVersion: cluster.kubernetesVersion,
    kubeconfig: cluster.kubeconfig,
    gitlab: config.gitlab.kind,
    gitlabUrl: instance.url,
    gitlabCaFile: instance.caFile,
    branch: config.branch,
    protection: describeProtection(instance.features),
    setupRepository: setup.url,
    applicationRepository: application.url,
    delivered: delivered({
      cluster,
      instance,
      repositories: [setup, application],
      branch: config.branch,
      after: flux.installed,
      timeout: config.timeout,
    }),
  };
}

/** What `flux bootstrap` would have committed. */
function fluxTree(folder: string, components: string, sync: string): Tree {
  return new Map([
    [`${folder}/${componentsFile}`, components],
    [`${folder}/gotk-sync.yaml`, sync],
    [`${folder}/kustomization.yaml`, gotkKustomization()],
  ]);
}

/** The same bytes for every stack: what differs is in variables, so that a changed setting needs no merge request. */
function pipelineTree(wanted: boolean): Tree {
  return wanted
    ? new Map([[".gitlab-ci.yml", readFileSync(join(checkout, "ci", "repository.yml"), "utf8")]])
    : new Map();
}

/** @see https://docs.gitlab.com/user/project/codeowners/ */
function ownersTree(owners: string | undefined): Tree {
  return owners === undefined ? new Map() : new Map([[".gitlab/CODEOWNERS", `* ${owners}\n`]]);
}
