import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, apiError, type KubeApi } from "./kube-api.js";

/** Told of every object of one list, in order. */
export interface WatchHandlers<T> {
  /** All there are; what was known before and is not among them is gone. */
  replace(objects: readonly T[]): void;
  upsert(object: T): void;
  remove(object: T): void;
}

interface Watchable {
  readonly metadata: { readonly resourceVersion?: string };
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/**
 * Lists and watches until the signal; a server that goes and comes back is found again.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watchList<T extends Watchable>(
  api: KubeApi,
  path: string,
  query: Readonly<Record<string, string>>,
  handlers: WatchHandlers<T>,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  let version: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    try {
      if (version === undefined) {
        const list = await api.call<{ metadata: { resourceVersion: string }; items: T[] }>({ path, query, signal });
        handlers.replace(list.items);
        version = list.metadata.resourceVersion;
      }
      for await (const event of watchOnce<T>(api, path, { ...query, resourceVersion: version }, signal)) {
        failures = 0;
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type === "DELETED") handlers.remove(event.object);
        else if (event.type !== "BOOKMARK") handlers.upsert(event.object);
      }
    } catch (error) {
      if (signal.aborted) return;
      // Too old a version, or a server with another history: begin anew.
      version = undefined;
      if (failures === 0) log(`watch of ${path}: ${String(error)}`);
      await sleep(Math.min(100 * 2 ** failures++, 2_000), undefined, { signal }).catch(() => {});
    }
  }
}

async function* watchOnce<T>(
  api: KubeApi,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const answer = await api.open({
    path,
    query: { ...query, watch: "true", allowWatchBookmarks: "true", timeoutSeconds: "1800" },
    signal,
  });
  answer.setEncoding("utf8");
  if (answer.statusCode !== 200) {
    let text = "";
    for await (const chunk of answer) text += chunk;
    throw apiError(answer.statusCode ?? 0, text);
  }
  let rest = "";
  for await (const chunk of answer) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") continue;
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === "ERROR") {
        const status = event.object as { code?: number; reason?: string; message?: string };
        throw new ApiError(status.code ?? 0, status.reason ?? "", status.message ?? "the watch ended");
      }
      yield event;
    }
  }
}
