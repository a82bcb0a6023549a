import { versions } from "@timonier/kit/versions";
import type { ModuleName } from "./go-modules.js";
import type { VersionRange } from "./version-range.js";

/** Every tool that a stack of some kind runs, and kubectl for its user. */
export type ToolName =
  | "etcd"
  | "flux"
  | "helm-controller"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kustomize-controller"
  | "kwok"
  | "kwokctl"
  | "minikube"
  | "notification-controller"
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes"
  | "source-controller";

/** Who publishes a release, and in which layout. See releases.ts. */
export type Vendor =
  | "etcd"
  | "flux"
  | "flux-image"
  | "kubernetes"
  | "kwok"
  | "minikube"
  | "pulumi"
  | "pulumi-kubernetes";

/** What a tool is built from. */
export interface ToolSource {
  readonly module: ModuleName;
  readonly package: string;
  /** What `go install` calls the binary. @default the tool's own name */
  readonly binary?: string;
  /** Where it differs from the release's. @default the tool's version */
  readonly version?: string;
}

/** One tool and the three ways to it. */
export interface Tool {
  readonly name: ToolName;
  /** Version of the vendor's release, without `v`. */
  readonly version: string;
  /** Which versions on PATH do as well, and the arguments that make one tell its version. */
  readonly path: { readonly range: VersionRange; readonly probe: readonly string[] } | { readonly unknowable: string };
  readonly vendor: Vendor;
  readonly source: ToolSource;
}

/** The same minor version: a scheduler newer than its API server is not supported. */
const kubernetesMinor: VersionRange = { from: "1.36.0", below: "1.37.0" };
const silentController = "the Flux controllers do not tell their version";

function kubernetes(name: ToolName, range: VersionRange, probe: readonly string[]): Tool {
  return {
    name,
    version: versions.kubernetes,
    path: { range, probe },
    vendor: "kubernetes",
    source: { module: "cluster", package: `k8s.io/kubernetes/cmd/${name}` },
  };
}

function kwok(name: ToolName): Tool {
  return {
    name,
    version: versions.kwok,
    path: { range: { from: "0.8.0", below: "0.9.0" }, probe: ["--version"] },
    vendor: "kwok",
    source: { module: "cluster", package: `sigs.k8s.io/kwok/cmd/${name}` },
  };
}

function fluxController(name: ToolName, version: string): Tool {
  return {
    name,
    version,
    path: { unknowable: silentController },
    vendor: "flux-image",
    source: { module: "cluster", package: `github.com/fluxcd/${name}` },
  };
}

/** The table. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  etcd: {
    name: "etcd",
    version: versions.etcd,
    path: { range: { from: "3.6.0", below: "4.0.0" }, probe: ["--version"] },
    vendor: "etcd",
    source: { module: "cluster", package: "go.etcd.io/etcd/server/v3", binary: "server" },
  },
  "kube-apiserver": kubernetes("kube-apiserver", kubernetesMinor, ["--version"]),
  "kube-controller-manager": kubernetes("kube-controller-manager", kubernetesMinor, ["--version"]),
  "kube-scheduler": kubernetes("kube-scheduler", kubernetesMinor, ["--version"]),
  kubectl: kubernetes("kubectl", { from: "1.35.0", below: "1.38.0" }, ["version", "--client"]),
  kwok: kwok("kwok"),
  kwokctl: kwok("kwokctl"),
  "source-controller": fluxController("source-controller", versions.sourceController),
  "kustomize-controller": fluxController("kustomize-controller", versions.kustomizeController),
  "helm-controller": fluxController("helm-controller", versions.helmController),
  "notification-controller": fluxController("notification-controller", versions.notificationController),
  minikube: {
    name: "minikube",
    version: versions.minikube,
    path: { range: { from: "1.34.0", below: "2.0.0" }, probe: ["version", "--short"] },
    vendor: "minikube",
    source: { module: "minikube", package: "k8s.io/minikube/cmd/minikube" },
  },
  // Exactly this one: its embedded manifests are the first commit of the setup repository.
  flux: {
    name: "flux",
    version: versions.flux,
    path: { range: { from: versions.flux, below: "2.9.5" }, probe: ["--version"] },
    vendor: "flux",
    source: { module: "flux", package: "github.com/fluxcd/flux2/v2/cmd/flux" },
  },
  pulumi: {
    name: "pulumi",
    version: versions.pulumi,
    path: { range: { from: "3.245.0", below: "4.0.0" }, probe: ["version"] },
    vendor: "pulumi",
    source: { module: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  },
  "pulumi-language-nodejs": {
    name: "pulumi-language-nodejs",
    version: versions.pulumi,
    path: { range: { from: "3.200.0", below: "4.0.0" }, probe: ["-version"] },
    vendor: "pulumi",
    source: {
      module: "pulumi-language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      version: versions.pulumiLanguageNodejsSource,
    },
  },
  "pulumi-resource-kubernetes": {
    name: "pulumi-resource-kubernetes",
    version: versions.pulumiKubernetes,
    path: { unknowable: "the plugin does not tell its version" },
    vendor: "pulumi-kubernetes",
    source: {
      module: "pulumi-resource-kubernetes",
      package: "github.com/pulumi/pulumi-kubernetes/provider/v4/cmd/pulumi-resource-kubernetes",
    },
  },
};

/** Every tool, in the order of the table. */
export const toolNames = Object.keys(tools) as readonly ToolName[];

/** What Pulumi itself needs. */
export const pulumiToolNames = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"] as const;

/**
 * What a stack runs, and its user: no stack has to wait for another kind's tools.
 *
 * @param cluster kind of its cluster
 */
export function toolNamesOf(cluster: "embedded" | "existing" | "eks" | "minikube"): readonly ToolName[] {
  if (cluster === "embedded") return toolNames.filter((name) => name !== "minikube");
  return [...pulumiToolNames, "kubectl", "flux", ...(cluster === "minikube" ? (["minikube"] as const) : [])];
}
