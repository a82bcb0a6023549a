import { dnsLabel } from "@timonier/kit/dns-name";
import { UserError } from "@timonier/kit/user-error";
import { App } from "cdk8s";
import { PlainValuesOnly } from "../constructs/plain-values.js";
import { type ApplicationRepository, deliver, sourceName } from "./delivery.js";
import { serveNginx } from "./nginx.js";
import type { Settings } from "./settings.js";

/** All input of the manifests. */
export interface AppsInput {
  /** Name of the cluster; its folder in the setup repository is `clusters/NAME`. */
  readonly cluster: string;
  readonly application: ApplicationRepository;
  readonly settings: Settings;
}

/** What a stack knows of the cluster and of the application repository. */
export interface StackNames {
  readonly cluster: string;
  /** Branch that Flux follows. @default what apps/settings.yaml says */
  readonly branch?: string | undefined;
  /** Address of the application repository. @default what apps/settings.yaml says */
  readonly applicationUrl?: string | undefined;
}

/** What apps/ is built from: the names of a stack, over the committed settings. */
export function appsInput({ cluster, branch, applicationUrl }: StackNames, settings: Settings): AppsInput {
  const application = {
    url: applicationUrl ?? settings.application.url,
    branch: branch ?? settings.application.branch,
    secretName: sourceName,
  };
  return { cluster, application, settings };
}

/**
 * One App for each repository. Its `outdir` is the folder in the repository; each chart is a file
 * `ID.yaml` there.
 */
export interface Apps {
  /** Flux sources and Kustomizations of one cluster. */
  readonly setup: App;
  /** The applications, the same in every cluster. */
  readonly application: App;
}

const applicationFolder = "infra";

/**
 * Builds all constructs; renders and writes nothing.
 *
 * @throws UserError for an invalid cluster name; validation reports errors of the constructs
 */
export function buildApps(input: AppsInput): Apps {
  const setup = manifests(clusterFolder(input.cluster));
  const application = manifests(applicationFolder);
  deliver(setup, input.application, applicationFolder, input.settings.delivery);
  serveNginx(application, input.settings.nginx);
  return { setup, application };
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
