import type { ObjectRef } from "@timonier/kit/kube-discovery";

/** Version of the JSON format of {@link Report}. Version 1 had `version`, `fault`, `cause` and the action `changed`. */
export const schemaVersion = 2;

/**
 * What one merge does to the cluster and to the infrastructure, from a rehearsal and from
 * `pulumi preview`. Every format is rendered from it. It is plain data: `JSON.stringify` of it is
 * the JSON format. It contains no value of a Secret.
 */
export interface Report {
  /** Version of this format: {@link schemaVersion}. A reader rejects any other version. */
  readonly schemaVersion: typeof schemaVersion;
  readonly verdict: Verdict;
  readonly base: Revision;
  readonly head: Revision;
  /** Why the rehearsal could not run or end in time; with verdict `unable` only. */
  readonly error?: ReportError;
  /**
   * How much of the change and of the cluster was evaluated.
   *
   * @default not known, because the rehearsal could not run
   */
  readonly coverage?: Coverage;
  /** Versions of Flux, when the rehearsal ran another minor version than the cluster. @default the same version */
  readonly flux?: { readonly cluster: string; readonly rehearsed: string };
  /** Every object that changes: deletions first, then in the order of reconciliation. */
  readonly changes: readonly ObjectChange[];
  /** Kustomizations and HelmReleases, each after its dependencies. */
  readonly reconciliations: readonly Reconciliation[];
  /** Images and charts whose version changes. */
  readonly versions: readonly VersionChange[];
  readonly policies: readonly PolicyResult[];
  /** What the rehearsal cannot evaluate. */
  readonly notEvaluated: readonly NotEvaluated[];
  /** What was simulated: `readiness of pods`. */
  readonly simulated: readonly string[];
  /** What happens to the infrastructure. @default not previewed */
  readonly infrastructure?: InfrastructurePlan;
  /** What is promoted from one environment to the next. @default the merge is no promotion */
  readonly promotion?: Promotion;
  /** Milliseconds that the rehearsal took. */
  readonly duration: number;
}

/**
 * `safe`: everything that the merge can affect was evaluated, is applied, and nothing is lost ·
 * `unknown`: no loss and no rejection was seen, but a part of what the merge can affect was not
 * evaluated · `destructive`: objects are deleted, recreated or data is lost · `rejected`: something
 * is not applied, or does not become Ready · `unable`: the rehearsal could not run, or did not end
 * in time.
 *
 * When several apply, `rejected` comes before `destructive`, because a rejected change does not
 * happen, and both come before `unable` and `unknown`, because they are certain.
 */
export type Verdict = "safe" | "unknown" | "destructive" | "rejected" | "unable";

/** A total, and how many of it were evaluated. */
export interface Share {
  readonly evaluated: number;
  readonly all: number;
}

/** How much of the change and of the cluster was evaluated. */
export interface Coverage {
  /** Changed files that a Kustomization or a release can read. */
  readonly files: Share;
  /** Kustomizations and HelmReleases of the head. */
  readonly reconciliations: Share;
  /** Kubernetes objects in the files of the head. */
  readonly objects: Share;
}

/** A promotion from one environment to the next. */
export interface Promotion {
  readonly from: string;
  readonly to: string;
  readonly applications: readonly PromotedApplication[];
  /** Why the gate is shut, one line each. Empty: it is open. */
  readonly waits: readonly string[];
}

/** An application that is promoted. */
export interface PromotedApplication {
  readonly name: string;
  /** Commit of the application repository that runs in the environment before. @default it is removed */
  readonly revision?: string;
  /** Commit of the program from which it is synthesized. @default it is removed */
  readonly program?: string;
  /** Milliseconds for which it has been Ready there. @default it is not Ready, or is removed */
  readonly readyFor?: number;
}

/** The base or the head of the comparison. */
export interface Revision {
  /** As the user named it: `main`, `HEAD`, a folder. */
  readonly ref: string;
  /** Commit. @default a folder that is not committed */
  readonly sha?: string;
}

/** What is wrong, where, and how to fix it. */
export interface ReportError {
  readonly what: string;
  readonly where: string;
  readonly fix: string;
}

/**
 * `pruned`: Flux deletes it, because no tree contains it any more · `deleted`: it is deleted with
 * another object, as its namespace or owner · `recreated`: deleted and created under the same name
 * · `rejected`: the API server or a controller rejects it, and the object stays as it was.
 */
export type Action = "created" | "updated" | "recreated" | "pruned" | "deleted" | "rejected";

/** The change of one object. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly action: Action;
  /** Data is lost that no manifest restores: a volume claim, a namespace with one, a definition with its objects. */
  readonly dataLoss: boolean;
  /** Message of the API server or controller for a rejected object, or the reason of a deletion. */
  readonly message?: string;
  /**
   * Kustomization or HelmRelease that applies it after the merge, or applied a deleted one:
   * `Kustomization default/myapp`.
   */
  readonly owner?: string;
  /** The owner before the merge, if it changes. */
  readonly formerOwner?: string;
  /**
   * Unified diff of the object in the API server, without the fields that it manages; empty when
   * only `message` applies.
   */
  readonly diff: string;
  /** Source line behind the change. @default not known, or the object was not synthesized */
  readonly provenance?: Provenance;
  /** Folder of its cluster: `clusters/production`. @default there is only one cluster */
  readonly cluster?: string;
}

/** Source line behind an object or a field: `apps/nginx.ts`, 8. */
export interface Provenance {
  readonly file: string;
  readonly line: number;
}

/** The state of a Kustomization or a HelmRelease before and after the merge. */
export interface Reconciliation {
  readonly ref: ObjectRef;
  /**
   * Status of its Ready condition after the merge; `Unknown` when it did not reconcile in time.
   *
   * @default it does not exist after the merge
   */
  readonly ready?: "True" | "False" | "Unknown";
  /** Status of its Ready condition before the merge. @default it does not exist before the merge */
  readonly readyBefore?: "True" | "False" | "Unknown";
  readonly reason?: string;
  /** Message of the condition. */
  readonly message?: string;
  /** It was not evaluated; {@link Report.notEvaluated} says why. `ready` is then no prediction. */
  readonly notEvaluated?: true;
  /** Names of its dependencies: `Kustomization default/infra`. */
  readonly dependsOn: readonly string[];
  /** Folder of its cluster. @default there is only one cluster */
  readonly cluster?: string;
}

/** An image or a chart whose version changes. */
export interface VersionChange {
  readonly kind: "image" | "chart";
  /** Without tag or version: `docker.io/library/nginx`, `podinfo`. */
  readonly name: string;
  /** @default it is new */
  readonly from?: string;
  /** @default it is no longer used */
  readonly to?: string;
  /** Objects that use it. */
  readonly usedBy: readonly ObjectRef[];
}

/** A policy that one object violates. */
export interface PolicyResult {
  readonly policy: string;
  readonly ref: ObjectRef;
  /** Fatal results close the gate. */
  readonly level: "warning" | "fatal";
  readonly message: string;
}

/** Something that the rehearsal cannot evaluate. */
export interface NotEvaluated {
  /** An object, a source, a webhook, a file: `HelmRepository default/charts`. */
  readonly subject: string;
  /** `its address cannot be reached from here: …` */
  readonly reason: string;
  /** The merge changes it or can affect it, so the verdict cannot be `safe`. @default the merge does not affect it */
  readonly affected?: true;
  /** Option that makes it possible to evaluate it: `--source default/charts=DIR`. @default there is none */
  readonly option?: string;
}

/** What `pulumi up` would do, from `pulumi preview --json`. */
export interface InfrastructurePlan {
  readonly stack: string;
  /** Resources that change. */
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
  /** Names of changed properties, those that force a replacement first. */
  readonly properties: readonly string[];
}
