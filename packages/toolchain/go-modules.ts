import { versions } from "@timonier/kit/versions";

/** A committed Go module (folder modules/NAME) from which tools are built, several with one `go install`. */
export type ModuleName =
  | "cluster"
  | "flux"
  | "flux-images"
  | "minikube"
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes";

/** Changes to a tool's module without which it does not compile; see go-patches.ts. */
export type PatchName = "flux-manifests" | "kubernetes-plugin";

/** How one module is built. */
export interface GoModule {
  readonly name: ModuleName;
  /** Values that the vendor's release sets by the linker's -X. */
  readonly linked: Readonly<Record<string, string>>;
  /** @default none */
  readonly patch?: PatchName;
  /** Build tags of a module that needs a C compiler on Linux. @default the module needs no C compiler */
  readonly cgo?: readonly string[];
}

const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * In the order of building: the largest first, because the next ones use its compiled packages.
 * `cluster`, `flux`, `flux-images`, `pulumi` and `pulumi-resource-kubernetes` require shared modules in the same
 * versions (modules/README.md).
 */
export const modules: readonly GoModule[] = [
  { name: "cluster", linked: { "k8s.io/component-base/version.gitVersion": `v${versions.kubernetes}` } },
  {
    name: "pulumi-resource-kubernetes",
    linked: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": versions.pulumiKubernetes },
    patch: "kubernetes-plugin",
  },
  { name: "pulumi", linked: { [pulumiVersion]: `v${versions.pulumi}` } },
  { name: "pulumi-language-nodejs", linked: { [pulumiVersion]: `v${versions.pulumiLanguageNodejsSource}` } },
  { name: "flux", linked: { "main.VERSION": versions.flux }, patch: "flux-manifests" },
  // Not in `cluster`: only stacks with image automation run them, and a build takes time.
  { name: "flux-images", linked: {} },
  {
    name: "minikube",
    linked: {
      "k8s.io/minikube/pkg/version.version": `v${versions.minikube}`,
      // The image that its addon runs, as in the release's Makefile.
      "k8s.io/minikube/pkg/version.storageProvisionerVersion": "v5",
    },
    // For its kvm2 driver: libvirt is loaded only when that driver is used.
    cgo: ["libvirt_without_lxc", "libvirt_dlopen"],
  },
];

/**
 * Flags of every build. -trimpath makes builds in different folders equal. The linker omits DWARF
 * (`-s -w`), so the compiler does not generate it either: that saves 10 to 20 % of the CPU time and
 * does not change the code.
 */
export const buildFlags = ["-trimpath", "-gcflags=all=-dwarf=false"] as const;

/** The arguments of `go install` before the packages. */
export function installArguments(module: GoModule): string[] {
  const values = Object.entries(module.linked).map(([name, value]) => `-X ${name}=${value}`);
  const tags = module.cgo ? ["-tags", module.cgo.join(",")] : [];
  const [trim, compiler] = buildFlags;
  return ["install", "-v", trim, ...tags, compiler, "-ldflags", ["-s", "-w", ...values].join(" ")];
}
