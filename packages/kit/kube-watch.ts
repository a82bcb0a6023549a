import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, apiError, type KubeApi } from "./kube-api.js";

/** Called for every object of one list, in order. */
export interface WatchHandlers<T> {
  /** The complete list; objects that were known before and are not in it were deleted. */
  replace(objects: readonly T[]): void;
  upsert(object: T): void;
  remove(object: T): void;
}

/** A list of an API server: `/api/v1/pods`, with a selector if need be. */
export interface WatchedList {
  readonly path: string;
  /** @default none, every object of the path */
  readonly query?: Readonly<Record<string, string>>;
}

/** How long to watch, and where to report. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called when a watch breaks for the first time since it last worked. @default not reported */
  readonly log?: (line: string) => void;
}

interface Watchable {
  readonly metadata: { readonly resourceVersion?: string };
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/**
 * Lists and watches until the signal aborts; reconnects to a server that was restarted.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watchList<T extends Watchable>(
  api: KubeApi,
  { path, query = {} }: WatchedList,
  handlers: WatchHandlers<T>,
  { signal, log = () => {} }: WatchOptions,
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
      // The resource version is too old, or the server has another history: list again.
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
