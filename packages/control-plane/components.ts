import type { ClusterTool } from "./tools.js";

/** One process of the control plane. */
export interface Component {
  /** kwokctl's name for it, that of its program's link and of its pid file. */
  readonly name: string;
  readonly tool: ClusterTool;
  /** Port it serves on, by kwokctl's option; etcd has a second one for peers. */
  readonly portOptions: readonly string[];
  /** kwokctl's option for the program's path. */
  readonly binaryOption: string;
  /** Arguments beyond those that kwokctl gives. @param pki folder of the certificates */
  readonly args: (pki: string) => Readonly<Record<string, string>>;
  /** Environment beyond that of kwokctl. */
  readonly env: Readonly<Record<string, string>>;
}

/** In the order in which they need each other; stopped in the reverse one. */
export const components: readonly Component[] = [
  {
    name: "etcd",
    tool: "etcd",
    portOptions: ["etcdPort", "etcdPeerPort"],
    binaryOption: "etcdBinary",
    // Written data outlives the process, not a power failure: docs/decisions/0041-etcd-without-fsync.md.
    args: () => ({ "unsafe-no-fsync": "true" }),
    env: { GOGC: "30" },
  },
  {
    name: "kube-apiserver",
    tool: "kube-apiserver",
    portOptions: ["kubeApiserverPort"],
    binaryOption: "kubeApiserverBinary",
    // The address of a network interface is neither needed nor always there.
    args: (pki) => ({
      "advertise-address": "127.0.0.1",
      "endpoint-reconciler-type": "none",
      profiling: "false",
      // For `kubectl logs`: the runtime agent answers nobody else.
      "kubelet-preferred-address-types": "InternalIP",
      "kubelet-certificate-authority": `${pki}/ca.crt`,
      "kubelet-client-certificate": `${pki}/admin.crt`,
      "kubelet-client-key": `${pki}/admin.key`,
    }),
    // A first `up` waits for it, and with 30 a quarter of its work there or more is collecting garbage. docs/decisions/0040-embedded-cluster-by-kwokctl.md
    // No GOMEMLIMIT: its live heap grows with what is stored, and a limit near it collects without end.
    env: { GOGC: "100" },
  },
  {
    name: "kube-controller-manager",
    tool: "kube-controller-manager",
    portOptions: ["kubeControllerManagerPort"],
    binaryOption: "kubeControllerManagerBinary",
    // The only one of its kind: an election would make it wait for the lease of a killed predecessor.
    args: () => ({ "leader-elect": "false", profiling: "false" }),
    env: { GOGC: "30" },
  },
  {
    name: "kube-scheduler",
    tool: "kube-scheduler",
    portOptions: ["kubeSchedulerPort"],
    binaryOption: "kubeSchedulerBinary",
    args: () => ({ "leader-elect": "false", profiling: "false" }),
    env: { GOGC: "30" },
  },
  {
    name: "kwok-controller",
    tool: "kwok",
    portOptions: ["kwokControllerPort"],
    binaryOption: "kwokControllerBinary",
    // Simulated pods get addresses of the lower half of 10.244.0.0/16; the agent's pods have those of the upper one.
    args: () => ({ cidr: "10.244.0.1/17" }),
    env: { GOGC: "30" },
  },
];

/** Every port option of every component. */
export const portOptions: readonly string[] = components.flatMap((component) => component.portOptions);
