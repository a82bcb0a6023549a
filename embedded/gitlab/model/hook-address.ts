import { BlockList, isIP } from "node:net";
import type { State } from "./state.js";

/** Loopback, link-local and private networks. @see https://docs.gitlab.com/security/webhooks/ */
function localNetworks(): BlockList {
  const list = new BlockList();
  for (const [network, bits] of [
    ["127.0.0.0", 8],
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
  ] as const) {
    list.addSubnet(network, bits, "ipv4");
  }
  for (const [network, bits] of [
    ["169.254.0.0", 16],
    ["100.64.0.0", 10],
    ["0.0.0.0", 8],
  ] as const) {
    list.addSubnet(network, bits, "ipv4");
  }
  for (const [network, bits] of [
    ["::1", 128],
    ["::", 128],
    ["fc00::", 7],
    ["fe80::", 10],
  ] as const) {
    list.addSubnet(network, bits, "ipv6");
  }
  return list;
}

/** Whether an address belongs to this machine or a private network. */
export function isLocalAddress(address: string): boolean {
  const family = isIP(address);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isLocalAddress(mapped);
  return family !== 0 && localNetworks().check(address, family === 4 ? "ipv4" : "ipv6");
}

/** Whether webhooks may go to such addresses: the settings file, or the administrator by the API. */
export function localHooksAllowed(settings: { readonly localHooks: boolean }, state: State): boolean {
  const changed = state.application.allow_local_requests_from_web_hooks_and_services;
  return typeof changed === "boolean" ? changed : settings.localHooks;
}

/** Whether a hook may have this address; names are looked up only when it is sent. */
export function isGoodHookUrl(text: string, localAllowed: boolean): boolean {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  if (localAllowed) return true;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return host !== "localhost" && !host.endsWith(".localhost") && !isLocalAddress(host);
}
