import * as pulumi from "@pulumi/pulumi";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import type { Cluster } from "../cluster/cluster.js";
import type { Repository } from "../gitlab/repository/repository.js";
import { Drain } from "../resources/drain/resource.js";
import { imageAutomationSecret } from "./flux-plan.js";
import { InstallOnce } from "./install.js";
import { type Manifest, without } from "./manifests.js";
import { SourceCredentials } from "./source-credentials.js";

/** Flux in one cluster, following two repositories. */
export interface FluxArgs {
  readonly cluster: Cluster;
  readonly setup: Repository;
  readonly application: Repository;
  /** PEM of the authority that signed GitLab's certificate. */
  readonly caBundle: string | undefined;
  /** Longest wait for what Flux drives to go, in milliseconds. */
  readonly timeout: number;
  /** Of `gotk-components.yaml`. */
  readonly components: readonly Manifest[];
  /** Of `gotk-sync.yaml`. */
  readonly sync: readonly Manifest[];
  /** Where the application's source lives, and the Secret it names. */
  readonly applicationSecret: { readonly namespace: string; readonly name: string };
}

/** The Flux controllers, their read credentials, and the source and kustomization from which everything else follows. */
export class Flux extends pulumi.ComponentResource {
  /** Known once Flux has everything it needs. */
  readonly installed: pulumi.Output<unknown>;
  /** The controllers, with the kinds that they bring. */
  readonly controllers: pulumi.Resource;

  constructor(name: string, args: FluxArgs, opts?: pulumi.ComponentResourceOptions) {
    const { owned, provider, mark, theirs } = args.cluster;
    super("timonier:flux:Flux", name, {}, { ...opts, providers: [provider] });
    const child: pulumi.ComponentResourceOptions = { parent: this, ...(owned && { deletedWith: owned }) };

    const controllers = new InstallOnce(
      `${name}-controllers`,
      { manifests: without(args.components, theirs), mark },
      child,
    );
    this.controllers = controllers;
    const secrets = [
      new SourceCredentials(
        `${name}-setup-credentials`,
        {
          secretName: fluxSystem,
          namespace: fluxSystem,
          credential: args.setup.credential,
          caBundle: args.caBundle,
          cluster: args.cluster,
        },
        { ...child, dependsOn: controllers },
      ),
      new SourceCredentials(
        `${name}-application-credentials`,
        {
          secretName: args.applicationSecret.name,
          namespace: args.applicationSecret.namespace,
          credential: args.application.credential,
          caBundle: args.caBundle,
          cluster: args.cluster,
        },
        child,
      ),
    ];
    if (args.application.pushCredential) {
      new SourceCredentials(
        `${name}-image-automation-credentials`,
        {
          secretName: imageAutomationSecret,
          namespace: args.applicationSecret.namespace,
          credential: args.application.pushCredential,
          caBundle: args.caBundle,
          cluster: args.cluster,
        },
        child,
      );
    }
    const sync = new InstallOnce(
      `${name}-sync`,
      { manifests: without(args.sync, theirs), mark },
      { ...child, dependsOn: [controllers, ...secrets, args.setup.seeded, args.application.seeded] },
    );
    this.installed = sync.installed;
    if (Object.keys(mark).length > 0) {
      new Drain(
        `${name}-drain`,
        {
          kubeconfig: args.cluster.kubeconfig,
          cluster: args.cluster.name,
          timeout: args.timeout,
          ...(args.cluster.cloud && { cloud: args.cluster.cloud }),
        },
        { parent: this, dependsOn: sync },
      );
    }
    this.registerOutputs({});
  }
}
