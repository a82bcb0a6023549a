import type { IHelmRelease } from "@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type NamedOptions, named, type Reference, refer, referWithKind } from "./reference.js";
import { filled, interval, invalid, labelledName, matching, namespaceName, optional } from "./validation.js";

type Spec = NonNullable<IHelmRelease["spec"]>;
type ChartSpec = NonNullable<Spec["chart"]>["spec"];

/** Fields that are passed to Flux unchanged. */
type Plain =
  | "commonMetadata"
  | "driftDetection"
  | "install"
  | "kubeConfig"
  | "maxHistory"
  | "postRenderers"
  | "releaseName"
  | "rollback"
  | "serviceAccountName"
  | "storageNamespace"
  | "suspend"
  | "targetNamespace"
  | "test"
  | "uninstall"
  | "upgrade"
  | "valuesFrom";

/** A chart by name in a repository, or an artifact that is the chart. */
export type HelmChart =
  | {
      /** Name in a HelmRepository; path in a GitRepository or a Bucket. */
      readonly chart: string;
      readonly source: Reference<ChartSpec["sourceRef"]["kind"]>;
      /** Version or range of versions. Without it, Flux installs each new version. @default any */
      readonly version?: string;
      /**
       * `Revision` upgrades the release with each revision of the source; `ChartVersion` only when the
       * chart has another version. @default "ChartVersion", as in Flux
       */
      readonly reconcileStrategy?: NonNullable<ChartSpec["reconcileStrategy"]>;
    }
  | { readonly source: Reference<"OCIRepository"> };

/** Properties of a HelmRelease. */
export interface HelmReleaseProps extends FluxObjectProps, Readonly<Pick<Spec, Plain>> {
  readonly chart: HelmChart;
  /** Values of the chart. @default the values in the chart */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Time between two checks for drift. @default ten minutes */
  readonly interval?: Duration;
  /** Longest time for one Helm action. @default five minutes, as in Flux */
  readonly timeout?: Duration;
  /** HelmReleases that must be Ready first. @default none */
  readonly dependsOn?: ReadonlyArray<Reference<"HelmRelease">>;
}

/**
 * A Helm chart that helm-controller installs and keeps at its version.
 *
 * @see https://fluxcd.io/flux/components/helm/helmreleases/
 */
export class HelmRelease extends FluxObject<"HelmRelease"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"HelmRelease"> {
    return named("HelmRelease", name, options);
  }

  constructor(scope: Construct, id: string, props: HelmReleaseProps) {
    super(scope, id, props, {
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
    });
  }
}

function render(self: HelmRelease, props: HelmReleaseProps): Rendered<Spec> {
  return {
    ...renderChart(self, props.chart),
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    timeout: optionalFluxDuration(props.timeout),
    dependsOn: props.dependsOn?.map((other) => refer(self, other)),
    values: props.values as Spec["values"],
    commonMetadata: props.commonMetadata,
    driftDetection: props.driftDetection,
    install: props.install,
    kubeConfig: props.kubeConfig,
    maxHistory: props.maxHistory,
    postRenderers: props.postRenderers,
    releaseName: props.releaseName,
    rollback: props.rollback,
    serviceAccountName: props.serviceAccountName,
    storageNamespace: props.storageNamespace,
    suspend: props.suspend,
    targetNamespace: props.targetNamespace,
    test: props.test,
    uninstall: props.uninstall,
    upgrade: props.upgrade,
    valuesFrom: props.valuesFrom,
  };
}

function renderChart(self: HelmRelease, chart: HelmChart): Pick<Rendered<Spec>, "chart" | "chartRef"> {
  if (!("chart" in chart)) return { chartRef: referWithKind(self, chart.source) };
  const { chart: name, source, version, reconcileStrategy } = chart;
  const more = { ...(version && { version }), ...(reconcileStrategy && { reconcileStrategy }) };
  return { chart: { spec: { chart: name, sourceRef: referWithKind(self, source), ...more } } };
}

function validationErrors(self: HelmRelease, props: HelmReleaseProps): string[] {
  return [
    ...labelledName("name", self.name),
    ...chartErrors(self, props.chart),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(namespaceName, "targetNamespace", props.targetNamespace),
    ...optional(namespaceName, "storageNamespace", props.storageNamespace),
    // Without this field, Flux shortens the name of the release itself.
    ...optional(releaseName, "releaseName", props.releaseName),
    ...(props.dependsOn ?? []).flatMap((other, index) => missing(self, `dependsOn[${index}]`, other)),
  ];
}

function releaseName(field: string, value: unknown): string[] {
  return matching(field, value, /^.{1,53}$/, "at most 53 characters, the limit of Helm");
}

function chartErrors(self: HelmRelease, chart: HelmChart | undefined): string[] {
  if (typeof chart !== "object" || chart === null) return invalid("chart", "a chart and its source", chart);
  return [
    ...missing(self, "chart.source", chart.source),
    ...("chart" in chart ? filled("chart.chart", chart.chart, "the name of a chart") : []),
    ...("chart" in chart ? filled("chart.version", chart.version ?? "*", "a version or a range") : []),
  ];
}
