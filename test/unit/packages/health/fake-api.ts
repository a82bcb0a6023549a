import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeObject } from "../../../../packages/health/kube-object.js";
import { layoutOf } from "../../../../simulators/gitlab/layout.js";
import { ensureCertificates } from "../../../../simulators/gitlab/tls.js";

/** Kinds that the stand-in serves, by their group's version. */
const kinds = [
  ["v1", "Namespace", "namespaces", false],
  ["v1", "ConfigMap", "configmaps", true],
  ["v1", "Pod", "pods", true],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false],
  ["apps/v1", "Deployment", "deployments", true],
  ["kustomize.toolkit.fluxcd.io/v1", "Kustomization", "kustomizations", true],
  ["source.toolkit.fluxcd.io/v1", "GitRepository", "gitrepositories", true],
] as const;

/**
 * A stand-in for an API server with a Flux: discovery, objects, merge patches, finalizers; a
 * kustomization that is deleted takes what it applied with it, unless it is suspended.
 */
export class FakeApi {
  readonly objects = new Map<string, KubeObject>();
  /** `DELETE /apis/…`, in order. */
  readonly journal: string[] = [];
  /** Paths that the user may not use. */
  readonly forbidden = new Set<string>();
  private readonly folder = mkdtempSync(join(tmpdir(), "timonier-api-"));
  private server: Server | undefined;

  /** @returns a kubeconfig for it */
  async start(): Promise<string> {
    const layout = layoutOf(this.folder);
    await ensureCertificates(layout, []);
    this.server = createServer(
      { cert: readFileSync(layout.certificate), key: readFileSync(layout.key) },
      (request, response) => {
        let text = "";
        request.on("data", (part) => {
          text += part;
        });
        request.on("end", () => {
          const { pathname, searchParams } = new URL(request.url ?? "", "https://fake");
          const selector = searchParams.get("labelSelector") ?? "";
          const [status, answer] = this.answer(request.method ?? "GET", pathname, text, selector);
          const body = request.headers.accept?.includes("PartialObjectMetadataList") ? orNull(answer) : answer;
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        });
      },
    );
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    const server = `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return JSON.stringify({
      "current-context": "a",
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      clusters: [{ name: "a", cluster: { server, "certificate-authority": layout.ca } }],
      users: [{ name: "a", user: { token: "t" } }],
    });
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  put(...objects: readonly KubeObject[]): void {
    for (const object of objects) this.objects.set(pathOf(object), object);
  }

  has(object: KubeObject): boolean {
    return this.objects.has(pathOf(object));
  }

  /** Removes the finalizers, as their controller would. */
  release(object: KubeObject): void {
    this.objects.delete(pathOf(object));
  }

  private answer(method: string, path: string, text: string, selector: string): [number, unknown] {
    const served = kinds.filter(([apiVersion]) => path === groupRoot(apiVersion));
    if (served.length > 0) {
      return [200, { resources: served.map(([, kind, name, namespaced]) => ({ kind, name, namespaced })) }];
    }
    if (this.forbidden.has(path)) return [403, { reason: "Forbidden", message: `${path} is forbidden` }];
    const [, namespace] = /\/namespaces\/([^/]+)\/[^/]+$/.exec(path) ?? [];
    const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const listed = kinds.find(([apiVersion, , plural]) => path === `${groupRoot(apiVersion)}${scope}/${plural}`);
    if (listed) {
      const wanted = selector.split(",").filter((pair) => pair !== "");
      const fits = ({ metadata: { labels = {}, ...metadata } }: KubeObject) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        wanted.every((pair) => labels[pair.split("=")[0] ?? ""] === pair.split("=")[1]);
      return [200, { items: [...this.objects.values()].filter((one) => one.kind === listed[1] && fits(one)) }];
    }
    const object = this.objects.get(path);
    if (!object) return [404, { reason: "NotFound", message: `${path} is not there` }];
    if (method === "GET") this.looked(object);
    if (method === "PATCH") this.objects.set(path, merge(object, JSON.parse(text)) as KubeObject);
    if (method === "DELETE") this.remove(path, object);
    return [200, object];
  }

  /** Called after each look at an object. */
  looked: (object: KubeObject) => void = () => {};

  private remove(path: string, object: KubeObject): void {
    this.journal.push(`DELETE ${object.kind} ${object.metadata.name}`);
    if ((object.metadata.finalizers ?? []).length > 0) return;
    this.objects.delete(path);
    if (object.kind !== "Kustomization" || object.spec?.suspend) return;
    for (const { id } of object.status?.inventory?.entries ?? []) {
      const [namespace, name, group, kind] = id.split("_");
      const found = [...this.objects].find(
        ([, one]) => one.kind === kind && one.metadata.name === name && (one.metadata.namespace ?? "") === namespace,
      );
      if (found && group !== undefined) this.remove(...found);
    }
  }
}

/** As the API server does: a list of metadata alone that is empty has null. */
function orNull(answer: unknown): unknown {
  const { items } = answer as { items?: readonly unknown[] };
  return items?.length === 0 ? { items: null } : answer;
}

function groupRoot(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function pathOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  const plural = kinds.find(([, one]) => one === kind)?.[2];
  return `${groupRoot(apiVersion)}${namespace ? `/namespaces/${namespace}` : ""}/${plural}/${name}`;
}

/** @see https://datatracker.ietf.org/doc/html/rfc7386 */
function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(into as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
