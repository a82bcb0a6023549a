/** What tells one of minikube's drivers from the next: data, and nothing else. */
export interface Driver {
  /** Whether cpus and memory are the cluster's own. false: it has the machine's. */
  readonly sized: boolean;
  /** Most nodes. */
  readonly nodes: number;
  /** The only profile that it knows. undefined: any number of them. */
  readonly profile: string | undefined;
  /** Whether minikube prepares the machine that images are pulled on: its authorities and its registry mirror. */
  readonly provisions: boolean;
  /** Whether a deletion uninstalls Kubernetes from a machine that stays. */
  readonly uninstalls: boolean;
  /** What to give `minikube start` on top. */
  readonly flags: readonly string[];
  /**
   * Address at which pods reach this machine when minikube takes its first network: it takes a later one where that is in
   * use. undefined: none is fixed by minikube.
   */
  readonly hostAddress: string | undefined;
}

const machine = { sized: true, nodes: 10, profile: undefined, provisions: true, uninstalls: false, flags: [] } as const;

/**
 * The drivers.
 *
 * @see https://minikube.sigs.k8s.io/docs/drivers/
 */
export const drivers = {
  // Kubernetes on the machine itself, as root: one cluster, one node, the bridge of minikube's own network.
  none: {
    ...{ sized: false, nodes: 1, profile: "minikube", provisions: false, uninstalls: true },
    flags: ["--cni=bridge"],
    hostAddress: "10.244.0.1",
  },
  docker: { ...machine, hostAddress: "192.168.49.1" },
  podman: { ...machine, hostAddress: "192.168.49.1" },
  kvm2: { ...machine, hostAddress: "192.168.39.1" },
  virtualbox: { ...machine, hostAddress: "192.168.59.1" },
  qemu2: { ...machine, hostAddress: undefined },
  vfkit: { ...machine, hostAddress: undefined },
  krunkit: { ...machine, hostAddress: undefined },
  // Deprecated by minikube 1.38: vfkit takes its place.
  hyperkit: { ...machine, hostAddress: undefined },
} as const satisfies Readonly<Record<string, Driver>>;

/** Name of a driver. */
export type DriverName = keyof typeof drivers;

/** In the order of the table. */
export const driverNames = Object.keys(drivers) as [DriverName, ...DriverName[]];

/** Whether minikube's name of a driver is in the table. */
export function isDriver(name: string): name is DriverName {
  return Object.hasOwn(drivers, name);
}

/** One driver's data. */
export function driverOf(name: DriverName): Driver {
  return drivers[name];
}
