import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiAccess } from "@timonier/kit/kube-api";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { type ClusterLayout, clusterName } from "./layout.js";

/** Name of the runtime agent's port among the record's ports. */
export const agentPort = "runtimeAgentPort";

/** What is decided when a cluster is installed. */
export interface ClusterRecord {
  /** By kwokctl's option: `etcdPort`, `kubeApiserverPort`, …, and the runtime agent's own. */
  readonly ports: Readonly<Record<string, number>>;
  /** Version that the API server reported when it first answered: `v1.36.3`. */
  readonly kubernetesVersion?: string;
}

/** The record of an installed cluster; undefined when it is missing or unreadable. */
export function readRecord(layout: ClusterLayout): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(layout.record, "utf8")) as ClusterRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(layout: ClusterLayout, record: ClusterRecord): void {
  writeFileAtomic.sync(layout.record, JSON.stringify(record, undefined, 2), { mode: 0o600 });
}

/** Address of the API server. */
export function serverOf(record: ClusterRecord): string {
  return `https://127.0.0.1:${record.ports.kubeApiserverPort}`;
}

/** Access with a client certificate. */
export type AdminAccess = ApiAccess & { readonly ca: string; readonly cert: string; readonly key: string };

/** The administrator's access, from the certificates that kwokctl made; undefined while they are not there. */
export function adminAccess(layout: ClusterLayout, record: ClusterRecord): AdminAccess | undefined {
  const [ca, cert, key] = ["ca.crt", "admin.crt", "admin.key"].map((name) => join(layout.pki, name));
  if (!ca || !cert || !key || ![ca, cert, key].every((file) => existsSync(file))) return undefined;
  const read = (file: string) => readFileSync(file, "utf8");
  return { server: serverOf(record), ca: read(ca), cert: read(cert), key: read(key) };
}

/**
 * Checks the administrator's certificate, which kwokctl created together with all others, against
 * the machine's clock. Without the check the API server refuses every client, which looks as if it
 * did not answer.
 *
 * @param now milliseconds since 1970
 * @throws UserError when the certificate is not valid now
 */
export function checkCertificate(layout: ClusterLayout, cert: string, now = Date.now()): void {
  const { validFrom, validTo } = new X509Certificate(cert);
  const before = now < Date.parse(validFrom);
  if (!before && now <= Date.parse(validTo)) return;
  throw new UserError(
    `the certificates of the embedded cluster ${before ? "are not valid yet" : "have expired"}: it is ${new Date(now).toISOString()}, and they are valid from ${validFrom} to ${validTo}`,
    join(layout.pki, "admin.crt"),
    "set the machine's clock; if it is right, `npx timonier down` and `npm run up` recreate the cluster",
    { code: "TIM-332" },
  );
}

/** Writes the administrator's kubeconfig, complete in itself: it is also what Pulumi keeps as a secret. */
export function writeKubeconfig(layout: ClusterLayout, access: AdminAccess): void {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const content = `apiVersion: v1
kind: Config
clusters:
  - name: ${clusterName}
    cluster:
      server: ${access.server}
      certificate-authority-data: ${base64(access.ca)}
users:
  - name: ${clusterName}-admin
    user:
      client-certificate-data: ${base64(access.cert)}
      client-key-data: ${base64(access.key)}
contexts:
  - name: ${clusterName}
    context:
      cluster: ${clusterName}
      user: ${clusterName}-admin
current-context: ${clusterName}
`;
  if (existsSync(layout.kubeconfig) && readFileSync(layout.kubeconfig, "utf8") === content) return;
  writeFileAtomic.sync(layout.kubeconfig, content, { mode: 0o600 });
}
