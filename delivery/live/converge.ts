import type { Progress } from "../../core/progress.js";
import { UserError } from "../../core/user-error.js";
import { waitFor } from "../../core/wait.js";
import { assess, type Expectation, type Finding, requestText } from "./assess.js";
import type { ClusterView } from "./objects.js";
import { type ClusterReader, ClusterUnavailable } from "./read.js";

/** Milliseconds for which a failure has to stand before it is believed: what it depends on may be a moment late. */
const PATIENCE = 5_000;

/** Milliseconds for which a cluster may be silent: an API server that has just started refuses for a while. */
const SILENCE = 30_000;

/** How to wait for a delivery. */
export interface ConvergeOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Waits until every object that Flux drives is Ready at the published revisions.
 *
 * @throws UserError that names each object that is not, in its own conditions' words: at the timeout, or as soon as a failure stands
 */
export async function converge(
  reader: ClusterReader,
  expected: Expectation,
  options: ConvergeOptions,
): Promise<Finding[]> {
  let silentSince: number | undefined;
  const asked = new Set<string>();
  const seen = new Map<string, number>();
  const now = new Date().toISOString();
  /** A failure counts once the controller has answered us: what it said before may be about what is mended since. */
  const stands = (one: Finding) =>
    one.state === "failed" &&
    (!one.ask || one.ask.status?.lastHandledReconcileAt?.startsWith(now)) &&
    since(seen, one) > PATIENCE;
  return waitFor(
    {
      what: "the delivery",
      where: "Flux in the cluster",
      fix: "see `npx timonier status`; mend it by a merge request, or end what blocks it, then `npm run up`",
      interval: 500,
      ...options,
    },
    async () => {
      const view = await look(reader);
      if (view instanceof ClusterUnavailable) {
        silentSince ??= Date.now();
        if (Date.now() - silentSince > SILENCE) throw view;
        return { done: false, missing: view.what };
      }
      silentSince = undefined;
      const findings = assess(view, expected);
      const open = findings.filter((one) => one.state !== "ready");
      if (open.length === 0) return { done: true, value: findings };
      for (const one of open) {
        const { object, ask } = one;
        if (!ask || asked.has(object) || since(seen, one) < (one.askAfter ?? 0)) continue;
        asked.add(object);
        await reader.ask(ask, requestText(ask, expected, now));
      }
      const known = open.filter(stands);
      if (known.length > 0) throw failed(known);
      return { done: false, missing: open.map(say).join("; ") };
    },
  );
}

async function look(reader: ClusterReader): Promise<ClusterView | ClusterUnavailable> {
  try {
    return await reader.view();
  } catch (error) {
    if (error instanceof ClusterUnavailable) return error;
    throw error;
  }
}

/** Milliseconds for which this very failure has been seen. */
function since(seen: Map<string, number>, finding: Finding): number {
  const key = say(finding);
  const first = seen.get(key) ?? Date.now();
  seen.set(key, first);
  return Date.now() - first;
}

function failed(findings: readonly Finding[]): UserError {
  return new UserError(
    `the delivery failed: ${findings.map((one) => one.message).join("; ")}`,
    findings.map((one) => one.object).join(", "),
    "mend it by a merge request; Flux goes on by itself, and `npm run up` waits for it again",
  );
}

function say(finding: Finding): string {
  return `${finding.object} ${finding.message}`;
}
