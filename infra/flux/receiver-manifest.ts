import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { App, Chart } from "cdk8s";
import { GitRepository } from "../../constructs/git-repository.js";
import { Receiver } from "../../constructs/receiver.js";
import type { Manifest } from "./manifests.js";

/**
 * A Receiver in flux-system that makes Flux fetch a source when GitLab reports a push. The Secret
 * with its token has its name.
 *
 * @param annotations @default none
 */
export function receiverManifest(
  name: string,
  source: { readonly namespace: string; readonly name: string },
  annotations?: Readonly<Record<string, string>>,
): Manifest {
  const chart = new Chart(new App(), "webhook", { namespace: fluxSystem });
  new Receiver(chart, name, {
    ...(annotations && { annotations }),
    type: "gitlab",
    events: ["Push Hook"],
    secretName: name,
    resources: [GitRepository.named(source.name, { namespace: source.namespace, external: true })],
  });
  const [manifest] = chart.toJson() as Manifest[];
  if (!manifest) throw new TypeError("the chart has one Receiver");
  return manifest;
}
