import type { ObjectRef } from "@timonier/kit/kube-discovery";

/** Version of the JSON format of {@link Report}. Version 1 had `version`, `fault`, `cause` and the action `changed`. */
export const schemaVersion = 2;

/**
 * What one merge does, on both planes: made by a rehearsal and by `pulumi preview`, rendered in every format from here.
 * Plain data: `JSON.stringify` of it is the JSON format, whole and without loss. No value of a Secret is ever in it.
 */
export interface Report {
  /** Version of this format: {@link schemaVersion}. A reader rejects any other version. */
  readonly schemaVersion: typeof schemaVersion;
  readonly verdict: Verdict;
  readonly base: Revision;
  readonly head: Revision;
  /** Why there is no answer; only with verdict `unable`. */
  readonly error?: ReportError;
  /** How much of the change and of the cluster was evaluated. @default the rehearsal could not run */
  readonly coverage?: Coverage;
  /** Versions of Flux, where another minor version was rehearsed with than the cluster has. @default the same one */
  readonly flux?: { readonly cluster: string; readonly rehearsed: string };
  /** Every object that is not the same afterwards; what destroys comes first, then in the order of reconciliation. */
  readonly changes: readonly ObjectChange[];
  /** Kustomizations and HelmReleases, each after those it depends on. */
  readonly reconciliations: readonly Reconciliation[];
  /** Images and charts whose version differs. */
  readonly versions: readonly VersionChange[];
  readonly policies: readonly PolicyResult[];
  /** What the rehearsal cannot judge, never passed over silently. */
  readonly notEvaluated: readonly NotEvaluated[];
  /** What was simulated, in sentences: `readiness of pods`. */
  readonly simulated: readonly string[];
  /** The other plane. undefined: it was not previewed. */
  readonly infrastructure?: InfrastructurePlan;
  /** Milliseconds that the rehearsal took. */
  readonly duration: number;
}

/**
 * `safe`: everything that the merge can affect was evaluated, is applied, and nothing is lost · `unknown`: no loss and no
 * rejection was seen, but a part of what the merge can affect was not evaluated · `destructive`: objects are deleted,
 * recreated or data is lost · `rejected`: something is not applied, or does not become Ready · `unable`: the rehearsal could
 * not run, or did not end in time.
 *
 * Where several hold, `rejected` comes before `destructive`, because what is rejected does not happen, and both come before
 * `unable` and `unknown`, because they are certain.
 */
export type Verdict = "safe" | "unknown" | "destructive" | "rejected" | "unable";

/** How many there are, and how many of them were evaluated. */
export interface Share {
  readonly evaluated: number;
  readonly all: number;
}

/** How much of the change and of the cluster was evaluated. */
export interface Coverage {
  /** Files that differ and that a Kustomization or a release can read. */
  readonly files: Share;
  /** Kustomizations and HelmReleases of the head. */
  readonly reconciliations: Share;
  /** Kubernetes objects written in the head's files. */
  readonly objects: Share;
}

/** One side of the comparison. */
export interface Revision {
  /** As it was asked for: `main`, `HEAD`, a folder. */
  readonly ref: string;
  /** Commit. undefined: a folder that is not committed. */
  readonly sha?: string;
}

/** As every error: what, where, the fix. */
export interface ReportError {
  readonly what: string;
  readonly where: string;
  readonly fix: string;
}

/**
 * `pruned`: Flux deletes it, since no tree names it any more · `deleted`: it goes with something else, as objects do
 * with their namespace or owner · `recreated`: deleted and made anew, under the same name · `rejected`: the API server or
 * a controller refuses it; what was there before stays.
 */
export type Action = "created" | "updated" | "recreated" | "pruned" | "deleted" | "rejected";

/** One object before and after. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly action: Action;
  /** Data is lost that no manifest brings back: a volume claim, a namespace with one, a custom resource's definition. */
  readonly dataLoss: boolean;
  /** In the API server's or controller's words, for what is rejected; or why it goes. */
  readonly message?: string;
  /** Kustomization or HelmRelease that applies it: `Kustomization default/myapp`. Afterwards; before, for what goes. */
  readonly owner?: string;
  /** The one it belonged to before, where that is another. */
  readonly formerOwner?: string;
  /** Unified diff of the manifests as the API server has them, without what it manages itself; empty where only `message` says something. */
  readonly diff: string;
  /** Place in the TypeScript program that it comes from. undefined: it was not synthesized, or nobody knows. */
  readonly provenance?: Provenance;
  /** Folder of its cluster: `clusters/production`. undefined: there is only one. */
  readonly cluster?: string;
}

/** A line of the program: `apps/nginx.ts`, 8. */
export interface Provenance {
  readonly file: string;
  readonly line: number;
}

/** What becomes of a Kustomization or a HelmRelease. */
export interface Reconciliation {
  readonly ref: ObjectRef;
  /** `Ready`'s status; `Unknown`: it did not settle while it was watched. undefined: it is not there afterwards. */
  readonly ready?: "True" | "False" | "Unknown";
  /** Before the merge. undefined: it was not there. */
  readonly readyBefore?: "True" | "False" | "Unknown";
  readonly reason?: string;
  /** The condition's own words. */
  readonly message?: string;
  /** Nothing can be said about it: {@link Report.notEvaluated} says why. `ready` is then what was seen, and no prediction. */
  readonly notEvaluated?: true;
  /** Names: `Kustomization default/infra`. */
  readonly dependsOn: readonly string[];
  /** Folder of its cluster. undefined: there is only one. */
  readonly cluster?: string;
}

/** An image or a chart at another version. */
export interface VersionChange {
  readonly kind: "image" | "chart";
  /** Without tag or version: `docker.io/library/nginx`, `podinfo`. */
  readonly name: string;
  /** undefined: it is new. */
  readonly from?: string;
  /** undefined: it is used no more. */
  readonly to?: string;
  /** Objects that use it. */
  readonly usedBy: readonly ObjectRef[];
}

/** One rule that did not pass, about one object. */
export interface PolicyResult {
  readonly policy: string;
  readonly ref: ObjectRef;
  /** `fatal` ones fail a gate. */
  readonly level: "warning" | "fatal";
  readonly message: string;
}

/** Something that the rehearsal has no answer for. */
export interface NotEvaluated {
  /** An object, a source, a webhook, a file: `HelmRepository default/charts`. */
  readonly subject: string;
  /** `its address cannot be reached from here: …` */
  readonly reason: string;
  /** The merge changes it, or can affect it: the verdict cannot be `safe`. @default the merge does not reach it */
  readonly affected?: true;
  /** Option with which it can be evaluated: `--source default/charts=DIR`. @default there is none */
  readonly option?: string;
}

/** What `pulumi up` would do, from `pulumi preview --json`. */
export interface InfrastructurePlan {
  readonly stack: string;
  /** Only what is not the same afterwards. */
  readonly steps: readonly InfrastructureStep[];
  /** Errors and warnings of the preview. */
  readonly diagnostics: ReadonlyArray<{ readonly level: "warning" | "error"; readonly message: string }>;
}

/** One resource. @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/ */
export interface InfrastructureStep {
  readonly operation: "create" | "update" | "replace" | "delete" | "read" | "refresh" | "import";
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Properties that differ, those that force a replacement first. Never values of secrets. */
  readonly properties: readonly string[];
}
