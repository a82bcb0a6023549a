import type { ListenFlag } from "@timonier/control-plane/images";

/** Which port of 127.0.0.1 stands for which address of the cluster. */
export interface Addresses {
  /** Port that stands for the container's own port. */
  containerPort(port: number): number;
  /** Port that stands for a Service's port. */
  servicePort(namespace: string, name: string, port: number): number;
}

/** A folder of this machine that stands for a folder of the container. */
export interface Mount {
  readonly mountPath: string;
  readonly hostPath: string;
}

/**
 * A container's arguments, changed only where a program without a pod's network and file system needs other values:
 * listening addresses, names of Services, mounted folders.
 */
export function rewriteArguments(
  args: readonly string[],
  listen: readonly ListenFlag[],
  addresses: Addresses,
  mounts: readonly Mount[],
): string[] {
  const joined = joinValues(args, listen);
  const rewritten = joined.map((arg) => {
    const [, flag, value] = /^(--?[^=]+)=(.*)$/s.exec(arg) ?? [];
    if (flag === undefined || value === undefined) return rewriteValue(arg, addresses, mounts);
    if (listen.some((known) => sameFlag(known.flag, flag))) return `${flag}=${listenAddress(value, addresses)}`;
    return `${flag}=${rewriteValue(value, addresses, mounts)}`;
  });
  const missing = listen.filter(({ flag }) => !joined.some((arg) => sameFlag(flag, arg.split("=", 1)[0] ?? "")));
  return [
    ...rewritten,
    ...missing.map(({ flag, defaultPort }) => `${flag}=127.0.0.1:${addresses.containerPort(defaultPort)}`),
  ];
}

/** The container's ports that its listening flags name, given or by default; `0` means that it does not listen. */
export function listenPorts(args: readonly string[], listen: readonly ListenFlag[]): number[] {
  const joined = joinValues(args, listen);
  return listen.flatMap(({ flag, defaultPort }) => {
    const given = joined.find((arg) => sameFlag(flag, arg.split("=", 1)[0] ?? ""));
    const port = given === undefined ? defaultPort : portOf(given.slice(given.indexOf("=") + 1));
    return port === undefined || port === 0 ? [] : [port];
  });
}

/** A value of an argument or of a variable, with names of Services and mounted folders replaced. */
export function rewriteValue(value: string, addresses: Addresses, mounts: readonly Mount[]): string {
  return rewriteServices(rewritePath(value, mounts), addresses);
}

const serviceName =
  /([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.svc(?:\.cluster\.local)?(\.?)(?::(\d+))?(?![a-z0-9.-])/g;

/** `http://NAME.NAMESPACE.svc.cluster.local./path` → `http://127.0.0.1:PORT/path` */
function rewriteServices(value: string, addresses: Addresses): string {
  return value.replace(serviceName, (_whole, ...found) => {
    const [name, namespace, , port, offset] = found as [string, string, string, string | undefined, number];
    const scheme = /([a-z][a-z0-9+.-]*):\/\/[^/]*$/i.exec(value.slice(0, offset))?.[1];
    const wanted = port === undefined ? (scheme === "https" ? 443 : 80) : Number(port);
    return `127.0.0.1:${addresses.servicePort(namespace, name, wanted)}`;
  });
}

/** The longest mount that holds the path decides, as it does in a container. */
function rewritePath(value: string, mounts: readonly Mount[]): string {
  const mount = [...mounts]
    .sort((a, b) => b.mountPath.length - a.mountPath.length)
    .find(({ mountPath }) => value === mountPath || value.startsWith(`${mountPath.replace(/\/$/, "")}/`));
  if (!mount) return value;
  return mount.hostPath + value.slice(mount.mountPath.replace(/\/$/, "").length);
}

function listenAddress(value: string, addresses: Addresses): string {
  const port = portOf(value);
  return port === undefined || port === 0 ? value : `127.0.0.1:${addresses.containerPort(port)}`;
}

function portOf(address: string): number | undefined {
  const port = /:(\d+)$/.exec(address)?.[1] ?? /^(\d+)$/.exec(address)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** `--flag value` as `--flag=value`, for the flags that are looked at. */
function joinValues(args: readonly string[], listen: readonly ListenFlag[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const value = args[at + 1];
    if (value !== undefined && listen.some(({ flag }) => sameFlag(flag, arg))) {
      joined.push(`${arg}=${value}`);
      at++;
    } else joined.push(arg);
  }
  return joined;
}

function sameFlag(known: string, given: string): boolean {
  return known.replace(/^-+/, "") === given.replace(/^-+/, "") && given.startsWith("-");
}
