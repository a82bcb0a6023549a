import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { NOWHERE } from "../model/offline.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Addresses of this machine. No proxy is used for the API server and the served sources. */
const OWN = ["127.0.0.1", "localhost"];

const proxies = ["HTTP_PROXY", "HTTPS_PROXY"] as const;
const authorities = ["SSL_CERT_FILE", "SSL_CERT_DIR"] as const;

/**
 * Environment variables that let the Flux controllers use the user's proxies and certificate
 * authorities. Offline, every proxy is an address without a listener, so that each request to
 * another machine fails at once.
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

/**
 * Stores the variables for later starts of the controllers. A proxy URL may contain a password, so
 * only the user can read the file.
 */
export function storeNetwork(layout: RehearsalLayout, env: Environment, offline: boolean): void {
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(layout.network, JSON.stringify(networkEnvironment(env, offline)), { mode: 0o600 });
}

/** The variables that {@link storeNetwork} stored. */
export function storedNetwork(layout: RehearsalLayout): Record<string, string> {
  if (!existsSync(layout.network)) return networkEnvironment({}, false);
  return JSON.parse(readFileSync(layout.network, "utf8")) as Record<string, string>;
}

/** Key of the network settings. Controllers that were started with other settings are restarted. */
export function networkKey(layout: RehearsalLayout): string {
  return createHash("sha256")
    .update(JSON.stringify(storedNetwork(layout)))
    .digest("hex")
    .slice(0, 16);
}
