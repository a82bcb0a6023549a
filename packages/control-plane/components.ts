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

/** In the order in which they are started; they are stopped in reverse order. */
export const components: readonly Component[] = [
  {
    name: "etcd",
    tool: "etcd",
    portOptions: ["etcdPort", "etcdPeerPort"],
    binaryOption: "etcdBinary",
    // Written data survives the end of the process, but not a power failure: docs/decisions/0041-etcd-without-fsync.md.
    args: () => ({ "unsafe-no-fsync": "true" }),
    env: { GOGC: "30" },
  },
  {
    name: "kube-apiserver",
    tool: "kube-apiserver",
    portOptions: ["kubeApiserverPort"],
    binaryOption: "kubeApiserverBinary",
    // No network interface is needed, and a machine may have none.
    args: (pki) => ({
      "advertise-address": "127.0.0.1",
      "endpoint-reconciler-type": "none",
      profiling: "false",
      // For `kubectl logs`: the runtime agent answers the API server only.
      "kubelet-preferred-address-types": "InternalIP",
      "kubelet-certificate-authority": `${pki}/ca.crt`,
      "kubelet-client-certificate": `${pki}/admin.crt`,
      "kubelet-client-key": `${pki}/admin.key`,
    }),
    // A first `up` waits for the API server; with 30 it spends a quarter of that time on garbage
    // collection (docs/decisions/0040-embedded-cluster-by-kwokctl.md). There is no GOMEMLIMIT: the
    // live heap grows with the stored objects, and a limit close to it makes the collector run all
    // the time.
    env: { GOGC: "100" },
  },
  {
    name: "kube-controller-manager",
    tool: "kube-controller-manager",
    portOptions: ["kubeControllerManagerPort"],
    binaryOption: "kubeControllerManagerBinary",
    // There is one instance only; an election would make it wait for the lease of a killed predecessor.
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
