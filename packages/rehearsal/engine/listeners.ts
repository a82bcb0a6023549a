import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** State of a socket that waits for connections, in /proc/net/tcp. */
const LISTENS = "0A";

/** Which program listens on a port: `other` is not part of the rehearsal cluster. */
export type Listener = "ours" | "other" | "none";

/**
 * Which program listens on each port: another program may have taken the port of one of ours.
 * Without /proc, on other systems than Linux, every listener counts as ours.
 *
 * @param pids processes of the cluster
 * @see https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
 */
export function listeners(ports: readonly number[], pids: readonly number[]): Map<number, Listener> {
  const sockets = listeningSockets();
  if (sockets === undefined) return new Map(ports.map((port) => [port, "ours"]));
  const ours = new Set(pids.flatMap(socketsOf));
  return new Map(
    ports.map((port) => {
      const inodes = sockets.get(port) ?? [];
      if (inodes.length === 0) return [port, "none"];
      return [port, inodes.some((inode) => ours.has(inode)) ? "ours" : "other"];
    }),
  );
}

/** Inodes of listening sockets by port, from the text of /proc/net/tcp. Exported for its test. */
export function listeningIn(table: string): Array<readonly [port: number, inode: string]> {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [, local = "", , state] = fields;
      const inode = fields[9];
      if (state !== LISTENS || inode === undefined) return [];
      return [[Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16), inode] as const];
    });
}

function listeningSockets(): Map<number, string[]> | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => {
    try {
      return [readFileSync(file, "utf8")];
    } catch {
      return [];
    }
  });
  if (tables.length === 0) return undefined;
  const found = new Map<number, string[]>();
  for (const [port, inode] of tables.flatMap(listeningIn)) found.set(port, [...(found.get(port) ?? []), inode]);
  return found;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // The file was closed meanwhile.
        return [];
      }
    });
  } catch {
    return [];
  }
}
