import { chartsFolder, plainFileKey } from "@timonier/kit/plain-file";
import { App, Duration } from "cdk8s";
import { Construct } from "constructs";
import { applicationSource } from "./application.js";
import { readChartFolder } from "./chart-folder.js";
import { propsErrors } from "./flux-object.js";
import { GitRepository } from "./git-repository.js";
import { type HelmChart, HelmRelease, type HelmReleaseProps } from "./helm-release.js";
import { HelmRepository } from "./helm-repository.js";
import { secretErrors, valuesErrors } from "./helm-values.js";
import { OCIRepository } from "./oci-repository.js";
import type { PinnedChart } from "./pinned-chart.js";
import { filled, interval, objectName, optional } from "./validation.js";

/** Values in a Secret or a ConfigMap of the release's namespace. Flux reads them; they are not in the repository. */
export type ValuesReference = (
  | {
      readonly secret: string;
    }
  | {
      readonly configMap: string;
    }
) & {
  /** Key with the values. @default "values.yaml" */
  readonly key?: string;
  /** Field of the values that gets the text of the key: `auth.password`. @default the key holds YAML with values */
  readonly targetPath?: string;
  /** Whether the release does without it where it is missing. @default false */
  readonly optional?: boolean;
};

/** Properties of a HelmApplication. */
export interface HelmApplicationProps<Values>
  extends Pick<HelmReleaseProps, "releaseName" | "dependsOn" | "serviceAccountName" | "postRenderers"> {
  /** Chart of apps/charts/, from `timonier chart add`. */
  readonly chart: PinnedChart<Values>;
  /** Values that differ from the chart's own. Everyone who reads the repository can read them. @default none */
  readonly values?: NoInfer<Values>;
  /** Further values, later ones over earlier ones, and `values` over all of them. @default none */
  readonly valuesFrom?: readonly ValuesReference[];
  /** Fields that look like a secret and are not: `auth.tokenKey`. @default none */
  readonly publicValues?: readonly string[];
  /** Secret with the credential for the chart's source, in the release's namespace. @default none */
  readonly sourceSecretName?: string;
  /** Time between two checks for drift. @default ten minutes */
  readonly interval?: Duration;
  /** Longest time for one action of Helm. @default five minutes */
  readonly timeout?: Duration;
  /**
   * Fields that something else changes in the cluster, such as the replicas that an autoscaler sets.
   *
   * @default none: all drift is corrected
   */
  readonly ignoreDrift?: NonNullable<NonNullable<HelmReleaseProps["driftDetection"]>["ignore"]>;
}

/** Annotations of a release with its pin: Flux cannot check the digest of a chart in a repository with an index. */
export const chartAnnotations = { version: "timonier/chart-version", digest: "timonier/chart-digest" } as const;

/**
 * A Helm chart, installed by helm-controller at its pinned version. The values are checked against
 * the chart's schema. A failed upgrade is rolled back, drift is corrected, and CRDs are installed
 * and upgraded.
 *
 * @example
 * new HelmApplication(file("release"), "podinfo", { chart, values: { replicaCount: settings.replicas } });
 */
export class HelmApplication<Values> extends Construct {
  readonly release: HelmRelease;

  constructor(scope: Construct, id: string, props: HelmApplicationProps<Values>) {
    super(scope, id);
    const { chart, found } = chartOf(this, id, props);
    this.node.addValidation({ validate: () => propsErrors(props, () => [...found, ...validationErrors(props)]) });
    this.release = new HelmRelease(this, "release", {
      ...releaseProps(props),
      name: id,
      chart,
      annotations: {
        [chartAnnotations.version]: props.chart.version,
        ...(props.chart.digest !== undefined && { [chartAnnotations.digest]: props.chart.digest }),
      },
    });
  }
}

function releaseProps<Values>(props: HelmApplicationProps<Values>): Omit<HelmReleaseProps, "chart"> {
  const { values, valuesFrom, releaseName, dependsOn, serviceAccountName, postRenderers, ignoreDrift } = props;
  const crds = "CreateReplace";
  return {
    interval: props.interval ?? Duration.minutes(10),
    timeout: props.timeout ?? Duration.minutes(5),
    install: { crds, remediation: { retries: 3 } },
    upgrade: { crds, remediation: { retries: 3, remediateLastFailure: true, strategy: "rollback" } },
    driftDetection: { mode: "enabled", ...(ignoreDrift && { ignore: ignoreDrift }) },
    ...(values !== undefined && { values: values as Readonly<Record<string, unknown>> }),
    ...(valuesFrom && valuesFrom.length > 0 && { valuesFrom: valuesFrom.map(renderReference) }),
    ...(releaseName !== undefined && { releaseName }),
    ...(dependsOn && { dependsOn }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(postRenderers && { postRenderers }),
  };
}

function renderReference(reference: ValuesReference) {
  const { key, targetPath, optional } = reference;
  return {
    ...("secret" in reference
      ? { kind: "Secret" as const, name: reference.secret }
      : { kind: "ConfigMap" as const, name: reference.configMap }),
    ...(key !== undefined && { valuesKey: key }),
    ...(targetPath !== undefined && { targetPath }),
    ...(optional !== undefined && { optional }),
  };
}

/** The source of a chart, and the chart in it. */
function chartOf<Values>(
  scope: Construct,
  name: string,
  { chart, sourceSecretName: secretName }: HelmApplicationProps<Values>,
): { chart: HelmChart; found: readonly string[] } {
  const { source, version, digest } = chart;
  const common = { name, ...(secretName !== undefined && { secretName }) };
  switch (source.kind) {
    case "http": {
      const repository = new HelmRepository(scope, "source", { ...common, url: source.repository });
      return { chart: { chart: source.chart, source: repository, version }, found: [] };
    }
    case "oci": {
      const ref = { tag: version.replaceAll("+", "_"), ...(digest !== undefined && { digest }) };
      const mediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
      const repository = new OCIRepository(scope, "source", {
        ...common,
        url: source.url,
        ref,
        layerSelector: { mediaType, operation: "copy" },
        ...(source.plainHttp && { insecure: true }),
      });
      return { chart: { source: repository }, found: [] };
    }
    case "git": {
      const commit = digest?.replace(/^sha1:/, "") ?? "";
      const place = { url: source.url, commit, interval: Duration.minutes(10) };
      const repository = new GitRepository(scope, "source", { ...common, ...place });
      return { chart: { chart: `./${source.path}`, source: repository, reconcileStrategy: "Revision" }, found: [] };
    }
    case "folder":
      return fromFolder(scope, name, source.path);
  }
}

/** A chart of this checkout: its files go to the application repository, where Flux reads them. */
function fromFolder(scope: Construct, name: string, path: string): { chart: HelmChart; found: readonly string[] } {
  const app = App.of(scope) as App;
  const to = `${chartsFolder}/${name}`;
  const { files, errors } = readChartFolder(path, to);
  for (const file of files) app.node.addMetadata(plainFileKey, file);
  const source = applicationSource(scope);
  return { chart: { chart: `./${app.outdir}/${to}`, source }, found: errors };
}

function validationErrors<Values>(props: HelmApplicationProps<Values>): string[] {
  const { chart, values = {}, valuesFrom = [], publicValues = [] } = props;
  const given = values as Readonly<Record<string, unknown>>;
  return [
    ...valuesErrors(chart, given, { hasMore: valuesFrom.length > 0 }),
    ...secretErrors(given, publicValues),
    ...valuesFrom.flatMap(referenceErrors),
    ...optional(objectName, "sourceSecretName", props.sourceSecretName),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
  ];
}

function referenceErrors(reference: ValuesReference, index: number): string[] {
  const path = `valuesFrom[${index}]`;
  const [kind, name] = "secret" in reference ? ["secret", reference.secret] : ["configMap", reference.configMap];
  return [
    ...objectName(`${path}.${kind}`, name),
    ...filled(`${path}.key`, reference.key ?? "values.yaml", "the name of a key"),
    ...filled(`${path}.targetPath`, reference.targetPath ?? "values", "the path of a value"),
  ];
}
