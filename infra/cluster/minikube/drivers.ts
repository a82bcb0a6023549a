/** The differences between minikube's drivers, as data. */
export interface Driver {
  /** Whether the cluster has processors and memory of its own. false: it uses the machine's. */
  readonly sized: boolean;
  /** Maximum number of nodes. */
  readonly nodes: number;
  /** The only profile that it supports. undefined: any profile. */
  readonly profile: string | undefined;
  /** Whether minikube configures authorities and a registry mirror on the machine that pulls images. */
  readonly provisions: boolean;
  /** Whether deleting the cluster uninstalls Kubernetes from a machine that stays. */
  readonly uninstalls: boolean;
  /** Additional arguments of `minikube start`. */
  readonly flags: readonly string[];
  /**
   * Address at which pods reach this machine if minikube gets its first network; it takes a later
   * one if that is in use. undefined: the driver has no fixed address.
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
  // Kubernetes runs on the machine itself, as root: one cluster, one node, and the bridge of minikube's own network.
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
  // Deprecated since minikube 1.38 in favour of vfkit.
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
