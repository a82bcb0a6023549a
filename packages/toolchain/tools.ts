import { versions } from "@timonier/kit/versions";
import type { ModuleName } from "./go-modules.js";

/** Every tool that a stack of any kind runs, and kubectl for its user. */
export type ToolName =
  | "etcd"
  | "flux"
  | "helm-controller"
  | "image-automation-controller"
  | "image-reflector-controller"
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

/** Who publishes a release; releases.ts has the layout of each. */
export type Vendor =
  | "etcd"
  | "flux"
  | "flux-image"
  | "kubernetes"
  | "kwok"
  | "minikube"
  | "pulumi"
  | "pulumi-kubernetes";

/** The Go package that a tool is built from. */
export interface GoPackage {
  readonly module: ModuleName;
  readonly package: string;
  /** Name of the binary that `go install` writes. @default the tool's name */
  readonly binary?: string;
  /** Version, where it differs from the release's. @default the tool's version */
  readonly version?: string;
}

/** One tool and its three sources: PATH, the vendor's release and Go. */
export interface Tool {
  readonly name: ToolName;
  /** Version of the vendor's release, without `v`. */
  readonly version: string;
  /** Accepted versions on PATH, as a range of npm's form, and the arguments that print the version. */
  readonly path: { readonly range: string; readonly probe: readonly string[] } | { readonly unsupported: string };
  readonly vendor: Vendor;
  readonly go: GoPackage;
}

/** The same minor version: a scheduler newer than its API server is not supported. */
const kubernetesMinor = ">=1.36.0 <1.37.0";
const noControllerVersion = "the Flux controllers do not print their version";

function kubernetes(name: ToolName, range: string, probe: readonly string[]): Tool {
  return {
    name,
    version: versions.kubernetes,
    path: { range, probe },
    vendor: "kubernetes",
    go: { module: "cluster", package: `k8s.io/kubernetes/cmd/${name}` },
  };
}

function kwok(name: ToolName): Tool {
  return {
    name,
    version: versions.kwok,
    path: { range: ">=0.8.0 <0.9.0", probe: ["--version"] },
    vendor: "kwok",
    go: { module: "cluster", package: `sigs.k8s.io/kwok/cmd/${name}` },
  };
}

function fluxController(name: ToolName, version: string, module: ModuleName = "cluster"): Tool {
  return {
    name,
    version,
    path: { unsupported: noControllerVersion },
    vendor: "flux-image",
    go: { module, package: `github.com/fluxcd/${name}` },
  };
}

/** All tools by name. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  etcd: {
    name: "etcd",
    version: versions.etcd,
    path: { range: ">=3.6.0 <4.0.0", probe: ["--version"] },
    vendor: "etcd",
    go: { module: "cluster", package: "go.etcd.io/etcd/server/v3", binary: "server" },
  },
  "kube-apiserver": kubernetes("kube-apiserver", kubernetesMinor, ["--version"]),
  "kube-controller-manager": kubernetes("kube-controller-manager", kubernetesMinor, ["--version"]),
  "kube-scheduler": kubernetes("kube-scheduler", kubernetesMinor, ["--version"]),
  kubectl: kubernetes("kubectl", ">=1.35.0 <1.38.0", ["version", "--client"]),
  kwok: kwok("kwok"),
  kwokctl: kwok("kwokctl"),
  "source-controller": fluxController("source-controller", versions.sourceController),
  "kustomize-controller": fluxController("kustomize-controller", versions.kustomizeController),
  "helm-controller": fluxController("helm-controller", versions.helmController),
  "notification-controller": fluxController("notification-controller", versions.notificationController),
  "image-reflector-controller": fluxController(
    "image-reflector-controller",
    versions.imageReflectorController,
    "flux-images",
  ),
  "image-automation-controller": fluxController(
    "image-automation-controller",
    versions.imageAutomationController,
    "flux-images",
  ),
  minikube: {
    name: "minikube",
    version: versions.minikube,
    path: { range: ">=1.34.0 <2.0.0", probe: ["version", "--short"] },
    vendor: "minikube",
    go: { module: "minikube", package: "k8s.io/minikube/cmd/minikube" },
  },
  // Exactly this version: its embedded manifests are the first commit of the setup repository.
  flux: {
    name: "flux",
    version: versions.flux,
    path: { range: `>=${versions.flux} <2.9.5`, probe: ["--version"] },
    vendor: "flux",
    go: { module: "flux", package: "github.com/fluxcd/flux2/v2/cmd/flux" },
  },
  pulumi: {
    name: "pulumi",
    version: versions.pulumi,
    path: { range: ">=3.245.0 <4.0.0", probe: ["version"] },
    vendor: "pulumi",
    go: { module: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  },
  "pulumi-language-nodejs": {
    name: "pulumi-language-nodejs",
    version: versions.pulumi,
    path: { range: ">=3.200.0 <4.0.0", probe: ["-version"] },
    vendor: "pulumi",
    go: {
      module: "pulumi-language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      version: versions.pulumiLanguageNodejsSource,
    },
  },
  "pulumi-resource-kubernetes": {
    name: "pulumi-resource-kubernetes",
    version: versions.pulumiKubernetes,
    path: { unsupported: "the plugin does not print its version" },
    vendor: "pulumi-kubernetes",
    go: {
      module: "pulumi-resource-kubernetes",
      package: "github.com/pulumi/pulumi-kubernetes/provider/v4/cmd/pulumi-resource-kubernetes",
    },
  },
};

/** Every tool, in the order of the table. */
export const toolNames = Object.keys(tools) as readonly ToolName[];

/** The tools that Pulumi itself needs. */
export const pulumiToolNames = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"] as const;

/** Tools of every stack and its user; infra/cluster/kinds.ts adds those of a kind of cluster. */
export const stackToolNames = [...pulumiToolNames, "kubectl", "flux"] as const;
