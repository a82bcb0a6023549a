import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import type { AgentContext } from "./context.js";
import type { Pod } from "./objects.js";

/** What kubelet asks for: an hour and a little. */
const lifetimeSeconds = 3_607;
/** Milliseconds between two tries. */
const retry = 10_000;

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/**
 * Gives a pod's programs a kubeconfig with the rights of the pod's own ServiceAccount, and nobody else's, and renews its token
 * after four fifths of its life until the signal.
 *
 * @returns path of the kubeconfig
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
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
  const expires = await writeToken(context, pod, tokenFile);
  copyFileSync(join(context.layout.pki, "ca.crt"), caFile);
  const content = podKubeconfig(context.api.access.server, pod.metadata.namespace, { caFile, tokenFile });
  writeFileAtomic.sync(kubeconfig, content, { mode: 0o600 });
  void renewToken(context, pod, folder, expires, signal);
  return kubeconfig;
}

/**
 * Renews the token of credentials that are there, until the signal.
 *
 * @param expires when the present token ends, in milliseconds since 1970; one that ended is renewed at once
 */
export async function renewToken(
  context: AgentContext,
  pod: Pod,
  folder: string,
  expires: number,
  signal: AbortSignal,
): Promise<void> {
  for (let patience = Math.max((expires - Date.now()) * 0.8, 0); !signal.aborted; ) {
    await sleep(patience, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    try {
      const next = await writeToken(context, pod, join(folder, "token"));
      patience = Math.max((next - Date.now()) * 0.8, retry);
    } catch (error) {
      context.log(`token of ${pod.metadata.namespace}/${pod.metadata.name}: ${String(error)}`);
      patience = retry;
    }
  }
}

async function writeToken(context: AgentContext, pod: Pod, file: string): Promise<number> {
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
  return Date.parse(status.expirationTimestamp);
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
