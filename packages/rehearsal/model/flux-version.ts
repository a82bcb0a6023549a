import { groupOf, type KubeObject, type Snapshot, textAt } from "./kube-objects.js";

const VERSION = "app.kubernetes.io/version";

/**
 * Version of Flux that a cluster's own manifests install, without `v`: from the labels of
 * `gotk-components.yaml`, or from a FluxInstance, whose version may be a range.
 *
 * @returns undefined when nothing in the tree installs Flux
 */
export function fluxVersionOf(snapshot: Snapshot): string | undefined {
  const controller = snapshot.find(
    ({ kind, metadata: { name, labels } }) =>
      kind === "Deployment" && name === "kustomize-controller" && labels?.["app.kubernetes.io/part-of"] === "flux",
  );
  return controller?.metadata.labels?.[VERSION]?.replace(/^v/, "") ?? fluxInstanceVersion(snapshot);
}

/** @see https://fluxoperator.dev/docs/crd/fluxinstance/#distribution-version */
function fluxInstanceVersion(snapshot: Snapshot): string | undefined {
  const isInstance = ({ apiVersion, kind }: KubeObject) =>
    kind === "FluxInstance" && groupOf(apiVersion) === "fluxcd.controlplane.io";
  return textAt(snapshot.find(isInstance), "spec", "distribution", "version");
}

/**
 * Major and minor version: `2.4` of `2.4.0`, `v2.4.x` and `>=2.4`.
 *
 * @returns undefined without a minor version, as in `2.x`
 */
function minorOf(version: string): readonly [number, number] | undefined {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/** Whether two versions of Flux may behave differently: their minor versions differ. */
export function isOtherFlux(cluster: string, rehearsed: string): boolean {
  const [one, other] = [minorOf(cluster), minorOf(rehearsed)];
  return one !== undefined && other !== undefined && (one[0] !== other[0] || one[1] !== other[1]);
}

/**
 * Feature gates of kustomize-controller whose default differs in the cluster's version.
 *
 * @see https://github.com/fluxcd/kustomize-controller/blob/v1.9.4/internal/features/features.go
 */
export function defaultGatesOf(cluster: string | undefined): readonly string[] {
  const minor = cluster === undefined ? undefined : minorOf(cluster);
  // An undefined variable is an error since Flux 2.9. Earlier versions replaced it by an empty string.
  return minor !== undefined && minor[0] === 2 && minor[1] < 9 ? ["StrictPostBuildSubstitutions=false"] : [];
}

/**
 * Arguments of kustomize-controller with the defaults of the cluster's version, unless they are set.
 *
 * @param given arguments of the cluster's own Deployment that change what is applied
 */
export function withDefaultGates(given: readonly string[], cluster: string | undefined): string[] {
  const flag = "--feature-gates=";
  const written = given.find((one) => one.startsWith(flag))?.slice(flag.length) ?? "";
  const missing = defaultGatesOf(cluster).filter((gate) => !written.includes(`${gate.split("=")[0]}=`));
  if (missing.length === 0) return [...given];
  const gates = [written, ...missing].filter((one) => one !== "").join(",");
  return [...given.filter((one) => !one.startsWith(flag)), `${flag}${gates}`];
}
