import { versions } from "@timonier/kit/versions";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { compare, findVersion } from "@timonier/toolchain/version-range";
import type { Finding } from "../../finding.js";
import { OWNER_ANNOTATION } from "../cluster.js";
import type { ClusterFacts, FluxFacts, WantedInCluster } from "./facts.js";

/**
 * The oldest Kubernetes version that the pinned Flux is tested with.
 *
 * @see https://fluxcd.io/flux/installation/#prerequisites
 */
const OLDEST = "1.34.0";

/** Findings about a cluster that the stack does not own, before anything is created in it. */
export function judgeCluster(facts: ClusterFacts, wanted: WantedInCluster): Finding[] {
  const first = [checkVersion(facts), checkAccess(facts)];
  return facts.denied.length > 0 ? first : [...first, checkFlux(facts.flux, wanted)];
}

function checkVersion({ server, kubernetesVersion }: ClusterFacts): Finding {
  const message = `${server}, Kubernetes ${kubernetesVersion}`;
  const version = findVersion(kubernetesVersion);
  if (version === undefined || compare(version, OLDEST) >= 0) return { subject: "cluster", level: "ok", message };
  return {
    subject: "cluster",
    level: "warning",
    message: `${message}; Flux ${versions.flux} is tested with ${OLDEST} and newer`,
    fix: "upgrade the cluster",
  };
}

function checkAccess({ denied }: ClusterFacts): Finding {
  const subject = "access to the cluster";
  if (denied.length === 0) return { subject, level: "ok", message: "every object that will be applied is allowed" };
  return {
    subject,
    level: "fatal",
    message: `the kubeconfig's user may not ${denied.join(", ")}`,
    fix: "have the user bound to ClusterRole cluster-admin, or use another context: pulumi config set kubeContext NAME",
  };
}

function checkFlux(flux: FluxFacts | undefined, { url, path, cluster }: WantedInCluster): Finding {
  const subject = "Flux in the cluster";
  if (!flux) return { subject, level: "ok", message: `none; version ${versions.flux} will be installed` };
  const fatal = (message: string, fix: string): Finding => ({ subject, level: "fatal", message, fix });
  if (flux.installer.kind === "tool") {
    const { tool } = flux.installer;
    return fatal(
      `it was installed by ${tool}, which would revert the changes of this stack`,
      `remove it with ${tool}, or keep managing this cluster with ${tool}`,
    );
  }
  if (flux.installer.kind === "pulumi") {
    return fatal(
      `Pulumi applied it (field manager ${flux.installer.manager}), and its Deployments have no annotation ${OWNER_ANNOTATION}: another program created it, or the annotation was removed`,
      `if it is this stack's: kubectl annotate deployments -n ${flux.namespace} -l app.kubernetes.io/part-of=flux ${OWNER_ANNOTATION}=${cluster}; if not, remove it with its own program`,
    );
  }
  if (flux.namespace !== fluxSystem) {
    return fatal(`it runs in namespace ${flux.namespace}`, `remove it: flux uninstall --namespace ${flux.namespace}`);
  }
  if (flux.installer.kind === "another") {
    return fatal(
      `a stack installed it for clusters/${flux.installer.cluster}`,
      `pulumi config set clusterName ${flux.installer.cluster}, or take that stack down first`,
    );
  }
  if (flux.url !== undefined && (flux.url !== url || flux.path !== path)) {
    return fatal(
      `it follows ${flux.path} of ${flux.url}, and this stack wants ${path} of ${url}`,
      `name that repository in the settings (namespace, setupRepository, clusterName: ${cluster}), or: flux uninstall`,
    );
  }
  return judgeVersion(subject, flux);
}

function judgeVersion(subject: string, { version, installer }: FluxFacts): Finding {
  const by =
    installer.kind === "this"
      ? "installed by this stack"
      : "installed by Flux's own command; it stays when this stack is deleted";
  if (version === undefined || version === versions.flux) {
    return { subject, level: "ok", message: `version ${version ?? "unknown"}, ${by}` };
  }
  const older = compare(version, versions.flux) < 0;
  return {
    subject,
    level: "ok",
    message: `version ${version}, ${by}; ${older ? `a merge request will upgrade it to ${versions.flux}` : `newer than ${versions.flux}, it stays`}`,
  };
}
