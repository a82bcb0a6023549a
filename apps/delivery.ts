import { type App, Chart, Duration, JsonPatch } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import type { Application } from "../constructs/application.js";
import { GitRepository } from "../constructs/git-repository.js";
import { Kustomization } from "../constructs/kustomization.js";
import type { Settings } from "./settings.js";

/** The repository that Flux follows for the applications. */
export interface ApplicationRepository {
  /** URL, ending in `.git`. */
  readonly url: string;
  readonly branch: string;
  /** Secret in the delivery's namespace with the read credential. @default none, for a public repository */
  readonly secretName?: string;
}

/** Name of the applications' source, and of the Secret beside it with the credential to read it. */
export const sourceName = "myappsource";

/** File `myappsource.yaml`: where Flux finds the applications. */
export function readApplications(
  setup: App,
  repository: ApplicationRepository,
  { namespace, interval }: Settings["delivery"],
): GitRepository {
  const file = new Chart(setup, sourceName, { namespace });
  return new GitRepository(file, "source", { name: sourceName, interval, ...repository });
}

/** An application, and where Flux finds it. */
export interface Delivered {
  readonly source: GitRepository;
  readonly application: Application;
  /** Its folder in the repository. */
  readonly folder: string;
  readonly delivery: Settings["delivery"];
}

/** File `KUSTOMIZATION.yaml`: what Flux does with one application, and the namespace that it owns. */
export function deliver(setup: App, { source, application, folder, delivery }: Delivered): Kustomization {
  const { namespace, interval } = delivery;
  const file = new Chart(setup, application.kustomization, { namespace });
  if (typeof application.namespace === "string") {
    const owned = new k8s.KubeNamespace(file, "namespace", { metadata: { name: application.namespace } });
    // cdk8s gives every object of a file the namespace of the file, also those that cannot have one.
    owned.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  }
  const wait = application.wait ?? true;
  return new Kustomization(file, "kustomization", {
    name: application.kustomization,
    source,
    path: `./${folder}`,
    prune: true,
    interval,
    targetNamespace: namespaceOf(application) ?? namespace,
    ...(wait && { wait, timeout: application.timeout ?? Duration.minutes(5) }),
    ...(application.dependsOn.length > 0 && {
      dependsOn: application.dependsOn.map((other) => Kustomization.named(other.kustomization)),
    }),
  });
}

/** Namespace that an application owns, or that the application owns whose namespace it shares. */
function namespaceOf({ namespace }: Application): string | undefined {
  return typeof namespace === "object" ? namespaceOf(namespace) : namespace;
}
