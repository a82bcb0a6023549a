import { isLocalAddress } from "@timonier/kit/local-address";
import type { State } from "./server-state.js";

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
