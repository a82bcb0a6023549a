import { randomUUID } from "node:crypto";
import { lookup } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { isLocalAddress } from "@timonier/kit/local-address";
import type { HookEvent } from "./http/server-context.js";
import { localHooksAllowed } from "./model/hook-address.js";
import { matchesWildcard } from "./model/paths.js";
import type { State } from "./model/server-state.js";
import type { Hook } from "./model/types/automation.js";
import type { GitLabSettings } from "./settings.js";
import type { Store } from "./store/store.js";

/** Failures in a row after which a hook pauses, and after which it is disabled until a test succeeds. */
const pauseAfter = 4;
const stopAfter = 40;
const patience = 10_000;

/** How a hook stands. @see https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks */
export function alertStatus(hook: Hook, now: Date): "executable" | "temporarily_disabled" | "disabled" {
  if (hook.failures >= stopAfter) return "disabled";
  return hook.disabledUntil && now.toISOString() < hook.disabledUntil ? "temporarily_disabled" : "executable";
}

/** Counts one delivery. */
export function recordDelivery(hook: Hook, succeeded: boolean, now: Date): void {
  hook.failures = succeeded ? 0 : hook.failures + 1;
  const over = hook.failures - pauseAfter;
  const minutes = Math.min(2 ** Math.max(0, over), 24 * 60);
  hook.disabledUntil = over >= 0 ? new Date(now.getTime() + minutes * 60_000).toISOString() : null;
}

/** Whether a hook subscribes to an event. */
export function wants(hook: Hook, event: HookEvent): boolean {
  if (hook.projectId !== event.project.id || hook.settings[event.trigger] !== true) return false;
  const filter = String(hook.settings.push_events_branch_filter ?? "");
  if (event.trigger !== "push_events" || filter === "") return true;
  const branch = event.branch ?? "";
  const strategy = hook.settings.branch_filter_strategy ?? "wildcard";
  return strategy === "all_branches" || matchesWildcard(filter, branch);
}

/** The server that sends a webhook. */
export interface HookOrigin {
  readonly settings: GitLabSettings;
  /** Address of the server. */
  readonly url: string;
  readonly state: State;
}

/** Sends events to the hooks that subscribe to them, in the background, one attempt each. */
export function hookSender(store: Store, settings: GitLabSettings, url: string, log: (line: string) => void) {
  const origin = { settings, url, state: store.state };
  return (event: HookEvent): void => {
    for (const hook of store.state.hooks) {
      if (!wants(hook, event) || alertStatus(hook, new Date()) !== "executable") continue;
      void deliver(hook, event, origin)
        .then((status) => status < 400)
        .catch((error) => {
          log(`webhook ${hook.id}: ${(error as Error).message}`);
          return false;
        })
        .then(async (succeeded) => {
          const before = hook.failures;
          recordDelivery(hook, succeeded, new Date());
          if (before !== hook.failures) await store.save();
        })
        .catch((error) => log(`webhook ${hook.id}: ${(error as Error).message}`));
    }
  };
}

/** Sends one event. @returns the receiver's status @throws Error when it cannot be reached or is not allowed */
export async function deliver(hook: Hook, event: HookEvent, origin: HookOrigin): Promise<number> {
  const target = new URL(hook.url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // The connection uses the address that was checked: a second lookup of the name could give a local one.
  const address = isIP(host) ? host : (await lookup(host)).address;
  if (!localHooksAllowed(origin.settings, origin.state) && isLocalAddress(address))
    throw new Error(`${host} is a local address, which is not allowed`);
  const body = Buffer.from(JSON.stringify(event.payload));
  const headers = { ...headersOf(hook, event, origin), "content-length": body.length };
  const family = isIP(address);
  const options = {
    method: "POST",
    headers,
    timeout: patience,
    lookup: (_name: string, wish: { all?: boolean }, done: (...args: unknown[]) => void) =>
      wish.all ? done(null, [{ address, family }]) : done(null, address, family),
    ...(target.protocol === "https:" && { rejectUnauthorized: hook.settings.enable_ssl_verification !== false }),
  };
  return new Promise((resolve, reject) => {
    const send = target.protocol === "https:" ? requestHttps : requestHttp;
    const sent = send(target, options as never, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patience} ms`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

function headersOf(hook: Hook, event: HookEvent, { settings, url }: HookOrigin): Record<string, string> {
  const custom = (hook.settings.custom_headers as { key: string; value?: string }[] | undefined) ?? [];
  return {
    "content-type": "application/json",
    "user-agent": `GitLab/${settings.version}`,
    "x-gitlab-event": event.name,
    "x-gitlab-webhook-uuid": randomUUID(),
    "x-gitlab-instance": url,
    "x-gitlab-event-uuid": randomUUID(),
    "idempotency-key": randomUUID(),
    ...(hook.token && { "x-gitlab-token": hook.token }),
    ...Object.fromEntries(custom.map(({ key, value }) => [key.toLowerCase(), value ?? ""])),
  };
}
