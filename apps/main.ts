import { dnsLabel } from "@timonier/kit/dns-name";
import { UserError } from "@timonier/kit/user-error";
import { App } from "cdk8s";
import { type Application, applicationsFolder, checkApplications, filesOf } from "../constructs/application.js";
import { GitRepository } from "../constructs/git-repository.js";
import { PlainValuesOnly } from "../constructs/plain-values.js";
import { applications } from "./applications.js";
import { type ApplicationRepository, deliver, readApplications, sourceName } from "./delivery.js";
import type { Environment } from "./environments.js";
import { automateImages, type NamedImage, nameImages } from "./images.js";
import type { Settings } from "./settings.js";

/** All input of the manifests. */
export interface AppsInput {
  /** Name of the cluster; its folder in the setup repository is `clusters/NAME`. */
  readonly cluster: string;
  readonly application: ApplicationRepository;
  readonly settings: Settings;
  /** Environment that the cluster belongs to. @default none */
  readonly environment?: Pick<Environment, "name" | "position" | "exclude"> | undefined;
  /** Whether the cluster has Flux's image controllers. @default false */
  readonly imageAutomation?: boolean;
  /**
   * Images that automation owns, as Git has them: by policy, `NAMESPACE:NAME`.
   *
   * @default none: each has its initial tag
   */
  readonly images?: ReadonlyMap<string, string>;
}

/** What a stack knows of the cluster and of the application repository. */
export interface StackNames extends Pick<AppsInput, "imageAutomation" | "images"> {
  readonly cluster: string;
  /** Branch that Flux follows. @default what apps/settings.yaml says */
  readonly branch?: string | undefined;
  /** Address of the application repository. @default what apps/settings.yaml says */
  readonly applicationUrl?: string | undefined;
  /** @default none */
  readonly environment?: AppsInput["environment"];
}

/** What apps/ is built from: the names of a stack, over the committed settings. */
export function appsInput(names: StackNames, settings: Settings): AppsInput {
  const { cluster, branch, applicationUrl, environment, imageAutomation = false, images } = names;
  const application = {
    url: applicationUrl ?? settings.application.url,
    branch: branch ?? settings.application.branch,
    secretName: sourceName,
  };
  return { cluster, application, settings, environment, imageAutomation, ...(images && { images }) };
}

/** cdk8s apps with one list of their files, in the folder. Each chart is the file `ID.yaml`. */
interface ManifestSet {
  readonly folder: string;
  readonly apps: readonly App[];
}

/** Manifests of each repository: sets of files, each in its folder of the repository. */
export interface Apps {
  /** Sources and Kustomizations of Flux, for one cluster. */
  readonly setup: readonly ManifestSet[];
  /** The applications, the same in every cluster of an environment. */
  readonly application: readonly ManifestSet[];
}

/**
 * Folders of the application repository that belong to synthesis, also when no file is left in
 * them. Each has one list of its synthesized files.
 */
export function applicationFolders(environment: AppsInput["environment"]): readonly string[] {
  return environment ? [environmentFolder(environment.name)] : ["infra", applicationsFolder];
}

/** Folder of an environment in the application repository. */
export function environmentFolder(name: string): string {
  return `environments/${name}`;
}

/** Folder of an application in the application repository. */
export function folderOf({ folder }: Pick<Application, "folder">, environment: AppsInput["environment"]): string {
  return environment ? `${environmentFolder(environment.name)}/${folder}` : folder;
}

/**
 * Builds all constructs, without rendering or writing anything. Validation reports the errors of
 * constructs.
 *
 * @param list the applications @default those of apps/applications.ts
 * @throws UserError for a cluster name that cannot be a folder name, and for applications that do not fit together
 */
export function buildApps(input: AppsInput, list: readonly Application[] = applications): Apps {
  checkApplications(list);
  const { environment } = input;
  const included = list.filter(({ name }) => !environment?.exclude.includes(name));
  if (included.length < list.length) checkApplications(included, environment);
  const { delivery } = input.settings;
  const setup = manifests(clusterFolder(input.cluster));
  const source = readApplications(setup, input.application, delivery);
  // The applications are in Apps of their own, so they refer to the source by its name.
  const repository = GitRepository.named(sourceName, { namespace: delivery.namespace, external: true });
  const all: Readonly<Record<string, unknown>> = input.settings;
  const automated: NamedImage[] = [];
  const built = included.map((application) => {
    const app = manifests(folderOf(application, environment));
    const { name } = application;
    const { settings, images } = nameImages(name, all[name], delivery, input.images ?? new Map());
    automated.push(...images);
    application.build(filesOf(app, repository), settings);
    deliver(setup, { source, application, folder: app.outdir, delivery });
    return app;
  });
  // Later environments get tags by promotion only.
  if (input.imageAutomation && automated.length > 0 && (environment?.position ?? 0) === 0) {
    const path = environment ? `./${environmentFolder(environment.name)}` : "./";
    automateImages(setup, automated, { ...input.application, path }, delivery);
  }
  const within = (folder: string) => built.filter(({ outdir }) => outdir === folder || outdir.startsWith(`${folder}/`));
  const sets = applicationFolders(environment).map((folder) => ({ folder, apps: within(folder) }));
  return {
    setup: [{ folder: setup.outdir, apps: [setup] }],
    application: sets.filter(({ apps }) => apps.length > 0),
  };
}

/** Folder of one cluster in the setup repository; the root Kustomization of Flux points at it. */
export function clusterFolder(cluster: string): string {
  if (dnsLabel.test(cluster)) return `clusters/${cluster}`;
  throw new UserError(
    `invalid cluster name "${cluster}"`,
    "the name of the cluster",
    'use at most 63 lower-case letters, digits and "-"',
    { code: "TIM-801" },
  );
}

function manifests(folder: string): App {
  return new App({ outdir: folder, outputFileExtension: ".yaml", resolvers: [new PlainValuesOnly()] });
}
