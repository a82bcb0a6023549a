import * as pulumi from "@pulumi/pulumi";
import { imageAutomation } from "../../apps/images.js";
import type { Cluster } from "../cluster/cluster.js";
import type { DeliveryPlan } from "../delivery/plan-delivery.js";
import type { Repositories } from "../gitlab/repositories.js";
import type { GitCredential } from "../gitlab/repository/repository.js";
import { Drain } from "../resources/drain/resource.js";
import { InstallOnce } from "./install.js";
import { type Manifest, without } from "./manifests.js";
import { SourceCredentials } from "./source-credentials.js";

/** Flux in one cluster, following two repositories. */
export interface FluxArgs {
  readonly cluster: Cluster;
  readonly repositories: Repositories;
  /** Flux's own manifests, and the names of its sources. */
  readonly plan: Pick<DeliveryPlan, "components" | "sync" | "sources">;
  /** PEM of the authority that signed GitLab's certificate. @default the system's authorities */
  readonly caBundle: string | undefined;
  /** Longest wait for Flux to delete what it manages, in milliseconds. */
  readonly timeout: number;
}

/**
 * The Flux controllers, their read credentials, and the source and Kustomization from which
 * everything else follows.
 */
export class Flux extends pulumi.ComponentResource {
  /** Known once Flux has everything that it needs. */
  readonly installed: pulumi.Output<unknown>;
  /** The controllers, with the custom resource definitions that they bring. */
  readonly controllers: pulumi.Resource;

  constructor(name: string, args: FluxArgs, opts?: pulumi.ComponentResourceOptions) {
    const { owned, provider, ownerAnnotations, preexisting } = args.cluster;
    super("timonier:flux:Flux", name, {}, { ...opts, providers: [provider] });
    const { setup, application } = args.repositories;
    const child: pulumi.ComponentResourceOptions = { parent: this, ...(owned && { deletedWith: owned }) };
    const install = (what: string, manifests: readonly Manifest[], dependsOn: pulumi.Resource[]) =>
      new InstallOnce(
        `${name}-${what}`,
        { manifests: without(manifests, preexisting), ownerAnnotations },
        { ...child, dependsOn },
      );

    this.controllers = install("controllers", args.plan.components, []);
    const credentials = credentialsOf(args).map(
      ({ role, ...credential }) =>
        new SourceCredentials(
          `${name}-${role}-credentials`,
          { ...credential, caBundle: args.caBundle, cluster: args.cluster },
          // The namespace of the first one is one of the components.
          role === "setup" ? { ...child, dependsOn: this.controllers } : child,
        ),
    );
    const content = [setup.firstCommit, application.firstCommit];
    const sync = install("sync", args.plan.sync, [this.controllers, ...credentials, ...content]);
    this.installed = sync.installed;
    if (Object.keys(ownerAnnotations).length > 0)
      new Drain(`${name}-drain`, drainOf(args), { parent: this, dependsOn: sync });
    this.registerOutputs({});
  }
}

/** A Secret for Flux, and where it is. */
interface FluxCredential {
  readonly role: "setup" | "application" | "image-automation";
  readonly credential: GitCredential;
  readonly namespace: string;
  readonly secretName: string;
}

/**
 * Flux reads each repository with a credential of its own, and pushes image updates with another
 * one.
 */
function credentialsOf({ repositories: { setup, application }, plan: { sources } }: FluxArgs): FluxCredential[] {
  const secretOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => ({
    ...{ namespace, secretName: name },
  });
  const push = application.pushCredential;
  const pushSecret = { namespace: sources.application.namespace, name: imageAutomation };
  return [
    { role: "setup", credential: setup.credential, ...secretOf(sources.setup) },
    { role: "application", credential: application.credential, ...secretOf(sources.application) },
    ...(push ? [{ role: "image-automation" as const, credential: push, ...secretOf(pushSecret) }] : []),
  ];
}

function drainOf({ cluster, timeout }: FluxArgs) {
  const { kubeconfig, name, cloud } = cluster;
  return { kubeconfig, cluster: name, timeout, ...(cloud && { cloud }) };
}
