import { type App, Chart } from "cdk8s";
import { GitRepository } from "../constructs/git-repository.js";
import { Kustomization } from "../constructs/kustomization.js";
import type { Settings } from "./settings.js";

/** The repository that Flux follows for the applications. */
export interface ApplicationRepository {
  /** Address, ending in `.git`. */
  readonly url: string;
  readonly branch: string;
  /** Secret in the delivery's namespace with the read credential. @default none, a public repository */
  readonly secretName?: string;
}

/** Name of the applications' source, and of the Secret beside it with the credential to read it. */
export const sourceName = "myappsource";

/** Files `myappsource.yaml` and `myapp.yaml`: where Flux finds the applications, and what it does with them. */
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
