import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { NOWHERE } from "../../delivery/rehearse/offline.js";
import type { RehearsalLayout } from "./layout.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Addresses of this machine: the API server and the served sources are never asked for through a proxy. */
const OWN = ["127.0.0.1", "localhost"];

/** Name of the file with registry logins. @see https://docs.docker.com/reference/cli/docker/#configuration-files */
const CONFIG = "config.json";

const proxies = ["HTTP_PROXY", "HTTPS_PROXY"] as const;
const authorities = ["SSL_CERT_FILE", "SSL_CERT_DIR"] as const;

/**
 * Variables with which the Flux controllers reach the network as the user does: proxies and certificate authorities. Offline every
 * proxy is an address at which nothing listens, so that each request outside of this machine fails at once.
 */
export function networkEnvironment(env: Environment, offline: boolean): Record<string, string> {
  const either = (name: string) => env[name] || env[name.toLowerCase()];
  const both = (name: string, value: string) => ({ [name]: value, [name.toLowerCase()]: value });
  const given = offline ? [] : (either("NO_PROXY") ?? "").split(",").map((one) => one.trim());
  const around = both("NO_PROXY", [...new Set([...OWN, ...given.filter(Boolean)])].join(","));
  if (offline) {
    const closed = [
      ...proxies.map((name) => both(name, `http://${NOWHERE}`)),
      both("ALL_PROXY", `socks5://${NOWHERE}`),
    ];
    return Object.assign({ GIT_SSH_COMMAND: "/bin/false" }, around, ...closed) as Record<string, string>;
  }
  const through = proxies.flatMap((name) => {
    const value = either(name);
    return value ? [both(name, value)] : [];
  });
  const trusted = authorities.flatMap((name) => (env[name] ? [{ [name]: resolve(env[name]) }] : []));
  return Object.assign({}, around, ...through, ...trusted) as Record<string, string>;
}

/** Keeps the variables for each start of the controllers. A proxy's address may hold a password: only the user can read the file. */
export function keepNetwork(layout: RehearsalLayout, env: Environment, offline: boolean): void {
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(layout.network, JSON.stringify(networkEnvironment(env, offline)), { mode: 0o600 });
}

/** What {@link keepNetwork} kept, and where the controllers find registry logins. */
export function keptNetwork(layout: RehearsalLayout): Record<string, string> {
  const logins = { DOCKER_CONFIG: layout.logins };
  if (!existsSync(layout.network)) return { ...networkEnvironment({}, false), ...logins };
  return { ...(JSON.parse(readFileSync(layout.network, "utf8")) as Record<string, string>), ...logins };
}

/** What tells one network from another; controllers that were started with another one are started again. */
export function networkKey(layout: RehearsalLayout): string {
  return createHash("sha256")
    .update(JSON.stringify(keptNetwork(layout)))
    .digest("hex")
    .slice(0, 16);
}

/** What tells how far the controllers reach: a base that lacks a source because of the network is not the base of another network. */
export function reachOf(layout: RehearsalLayout): string {
  const file = join(layout.logins, CONFIG);
  const logins = existsSync(file) ? readFileSync(file) : "";
  return createHash("sha256").update(networkKey(layout)).update(logins).digest("hex").slice(0, 16);
}

/** Gives the controllers the user's registry logins, for the time of a rehearsal. They read the file with each request. */
export function giveLogins(layout: RehearsalLayout, env: Environment): void {
  removeLogins(layout);
  const file = join(env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"), CONFIG);
  if (!existsSync(file)) return;
  mkdirSync(layout.logins, { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(join(layout.logins, CONFIG), readFileSync(file), { mode: 0o600 });
}

/** Deletes the copy of the user's registry logins. */
export function removeLogins(layout: RehearsalLayout): void {
  rmSync(layout.logins, { recursive: true, force: true });
}
