import { type App, Chart } from "cdk8s";
import { GitRepository } from "../constructs/git-repository.js";
import { Kustomization } from "../constructs/kustomization.js";
import type { Settings } from "./settings.js";

/** Repository of the applications, which Flux watches. */
export interface ApplicationRepository {
  /** URL that ends in `.git`. */
  readonly url: string;
  readonly branch: string;
  /** Secret in the delivery's namespace with the read credential. @default none, a public repository */
  readonly secretName?: string;
}

/** Name of the applications' source and of the Secret with its read credential. */
export const sourceName = "myappsource";

/**
 * Files `myappsource.yaml` and `myapp.yaml`: the source of the applications and the Kustomization
 * that applies them.
 */
export function deliver(
  setup: App,
  repository: ApplicationRepository,
  folder: string,
  settings: Settings["delivery"],
): Kustomization {
  const { namespace, interval } = settings;
  const source = new GitRepository(new Chart(setup, sourceName, { namespace }), "source", {
    name: sourceName,
    interval,
    ...repository,
  });
  return new Kustomization(new Chart(setup, "myapp", { namespace }), "kustomization", {
    name: "myapp",
    source,
    path: `./${folder}`,
    prune: true,
    interval,
    targetNamespace: namespace,
  });
}
