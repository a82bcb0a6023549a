import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Ports are taken from below the range that kernels give to outgoing connections (32768 and up on Linux), so that a
 * stopped cluster finds its own again, and at random, so that two stopped clusters rarely hold the same.
 */
const first = 20_000;
const last = 32_000;

/**
 * A free port of 127.0.0.1.
 *
 * @param taken ports that are already assigned
 * @throws Error when none of a few hundred tries is free
 */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < 300; tries++) {
    const port = randomInt(first, last);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port between ${first} and ${last} on 127.0.0.1`);
}

/** One free port for each name. */
export async function freePorts<Name extends string>(
  names: readonly Name[],
  taken: ReadonlySet<number> = new Set(),
): Promise<Record<Name, number>> {
  const chosen = new Set(taken);
  const ports: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const port = await freePort(chosen);
    chosen.add(port);
    ports[name] = port;
  }
  return ports as Record<Name, number>;
}

/** Whether this process could listen on the port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Like {@link isFree}, after at most two seconds: a process that was ended may hold its port for a moment longer. */
export async function becomesFree(port: number): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await isFree(port)) return true;
    await sleep(100);
  }
  return false;
}

/**
 * Whether a process listens on one of the ports. After an installation that failed, and whose own
 * processes were ended: another process took a port between its choice and its use.
 */
export async function isAnyTaken(ports: Readonly<Record<string, number>>): Promise<boolean> {
  const free = await Promise.all(Object.values(ports).map(becomesFree));
  return free.includes(false);
}
