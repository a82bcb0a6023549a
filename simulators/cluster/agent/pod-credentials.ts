import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import type { AgentContext } from "./agent-context.js";
import type { Pod } from "./pod-objects.js";

/** What kubelet asks for: an hour and a little. */
const lifetimeSeconds = 3_607;
/** Milliseconds between two tries. */
const retry = 10_000;
/**
 * Milliseconds between two checks of the clock. A timer stops while the machine sleeps, so one that
 * waits for the time of renewal would be late for a token that expired during the sleep.
 */
const look = 30_000;
/** Milliseconds by which clocks may differ: the API server refuses a token that was issued later than now. */
const skew = 60_000;

/** The clock, and a wait for some milliseconds or the signal. */
export interface Clock {
  now(): number;
  sleep(time: number, signal: AbortSignal): Promise<void>;
}

const machineClock: Clock = {
  now: () => Date.now(),
  sleep: (time, signal) => sleep(time, undefined, { signal, ref: false }).catch(() => {}),
};

/** When a token was issued and when it ends, in milliseconds since 1970. */
export interface TokenLife {
  readonly issued: number;
  readonly expires: number;
}

/**
 * Whether a token has to be renewed: four fifths of its life are over, or the clock was set to a
 * time before it was issued.
 */
export function isDue({ issued, expires }: TokenLife, now: number): boolean {
  return now >= issued + (expires - issued) * 0.8 || now < issued - skew;
}

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/**
 * Gives a pod's programs a kubeconfig with the rights of the pod's own ServiceAccount only, and
 * renews its token after four fifths of its life until the signal.
 *
 * @returns path of the kubeconfig
 * @see
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export async function keepCredentials(
  context: AgentContext,
  pod: Pod,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tokenFile = join(folder, "token");
  const caFile = join(folder, "ca.crt");
  const kubeconfig = join(folder, "kubeconfig");
  const life = await writeToken(context, pod, tokenFile, Date.now());
  copyFileSync(join(context.layout.pki, "ca.crt"), caFile);
  const content = podKubeconfig(context.api.access.server, pod.metadata.namespace, { caFile, tokenFile });
  writeFileAtomic.sync(kubeconfig, content, { mode: 0o600 });
  void renewToken(context, pod, { folder, life, signal });
  return kubeconfig;
}

/** Which token is renewed, and for how long. */
export interface TokenRenewal {
  /** Folder of the credentials. */
  readonly folder: string;
  /** Life of the present token. @default unknown: it is renewed at once */
  readonly life?: TokenLife;
  readonly signal: AbortSignal;
  /** @default the machine's clock */
  readonly clock?: Clock;
}

/** Renews the token of existing credentials, until the signal. */
export async function renewToken(
  context: AgentContext,
  pod: Pod,
  { folder, life, signal, clock = machineClock }: TokenRenewal,
): Promise<void> {
  for (let known = life; !signal.aborted; ) {
    if (known && !isDue(known, clock.now())) {
      await clock.sleep(look, signal);
      continue;
    }
    try {
      known = await writeToken(context, pod, join(folder, "token"), clock.now());
    } catch (error) {
      context.log(`token of ${pod.metadata.namespace}/${pod.metadata.name}: ${String(error)}`);
      await clock.sleep(retry, signal);
    }
  }
}

async function writeToken(context: AgentContext, pod: Pod, file: string, issued: number): Promise<TokenLife> {
  const { namespace, name, uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? "default";
  const { status } = await context.api.call<TokenRequest>({
    method: "POST",
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: lifetimeSeconds, boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid } },
    },
  });
  writeFileAtomic.sync(file, status.token, { mode: 0o600 });
  return { issued, expires: Date.parse(status.expirationTimestamp) };
}

/** A kubeconfig that names files, so that a renewed token is found; JSON is YAML. */
function podKubeconfig(
  server: string,
  namespace: string,
  files: { readonly caFile: string; readonly tokenFile: string },
): string {
  const name = "pod";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority": files.caFile } }],
    users: [{ name, user: { tokenFile: files.tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  });
}
