import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import { type ClusterReader, ClusterUnavailable } from "./cluster-reader.js";
import { deliveryHealth, type Expectation, requestText } from "./delivery-health.js";
import type { ClusterView } from "./kube-object.js";
import type { ObjectHealth } from "./object-health.js";
import { ReconcileRequests } from "./reconcile-requests.js";

/** Milliseconds after which a failure counts: what it depends on may be a moment late. */
const PATIENCE = 5_000;

/** Milliseconds for which the API server may not answer: after a start it rejects requests for a while. */
const SILENCE = 30_000;

const BY_MERGE_REQUEST = "fix it by a merge request; Flux continues by itself, and `npm run up` waits for it again";

/** Options of {@link waitForDelivery}. */
export interface DeliveryWaitOptions {
  /** Longest wait, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds between two reads. @default 500 */
  readonly interval?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Waits until every object that Flux manages is Ready at the published revisions.
 *
 * @throws UserError with the conditions of each object that is not Ready, at the timeout or after a
 *   final failure
 */
export async function waitForDelivery(
  reader: Pick<ClusterReader, "ask" | "view">,
  expected: Expectation,
  options: DeliveryWaitOptions,
): Promise<ObjectHealth[]> {
  let silentSince: number | undefined;
  const requests = new ReconcileRequests();
  const seen = new Map<string, number>();
  /**
   * A failure is final once the controller has answered a request of ours: an older condition may
   * be fixed already.
   */
  const isFinal = (one: ObjectHealth) =>
    one.state === "failed" && (!one.ask || requests.isAnswered(one)) && since(seen, one) > PATIENCE;
  /** @returns the error where the cluster does not take requests at the moment */
  const requestAll = async (open: readonly ObjectHealth[]): Promise<ClusterUnavailable | undefined> => {
    for (const one of open) {
      const now = Date.now();
      if (!one.ask || since(seen, one) < (one.askAfter ?? 0) || !requests.isDue(one, now)) continue;
      try {
        await reader.ask(one.ask, requestText(one.ask, expected, new Date(now).toISOString()));
      } catch (error) {
        if (error instanceof ClusterUnavailable) return error;
        throw error;
      }
      requests.sent(one, now);
    }
    return undefined;
  };
  return waitFor(
    {
      what: "the delivery",
      where: "Flux in the cluster",
      fix: "see `npx timonier status`; fix the problem by a merge request, then `npm run up`",
      interval: 500,
      ...options,
    },
    async () => {
      const view = await readView(reader);
      if (view instanceof ClusterUnavailable) {
        silentSince ??= Date.now();
        if (Date.now() - silentSince > SILENCE) throw view;
        return { done: false, missing: view.what };
      }
      silentSince = undefined;
      const findings = deliveryHealth(view, expected);
      const open = findings.filter((one) => one.state !== "ready");
      if (open.length === 0) return { done: true, value: findings };
      forgetOthers(seen, open);
      const known = open.filter(isFinal);
      if (known.length > 0) throw failed(known);
      const unavailable = await requestAll(open);
      if (unavailable) return { done: false, missing: unavailable.what };
      return { done: false, missing: open.map(say).join("; ") };
    },
  );
}

async function readView(reader: Pick<ClusterReader, "view">): Promise<ClusterView | ClusterUnavailable> {
  try {
    return await reader.view();
  } catch (error) {
    if (error instanceof ClusterUnavailable) return error;
    throw error;
  }
}

/** Forgets failures that have passed, so that their time starts again when they come back. */
function forgetOthers(seen: Map<string, number>, open: readonly ObjectHealth[]): void {
  const said = new Set(open.map(say));
  for (const key of seen.keys()) if (!said.has(key)) seen.delete(key);
}

/** Milliseconds since this failure was first seen without a break. */
function since(seen: Map<string, number>, finding: ObjectHealth): number {
  const key = say(finding);
  const first = seen.get(key) ?? Date.now();
  seen.set(key, first);
  return Date.now() - first;
}

function failed(findings: readonly ObjectHealth[]): UserError {
  const fixes = findings.map(({ fix }) => fix ?? BY_MERGE_REQUEST);
  return new UserError(
    `the delivery failed: ${findings.map((one) => one.message).join("; ")}`,
    findings.map((one) => one.object).join(", "),
    [...new Set(fixes)].join("; "),
    { code: "TIM-502" },
  );
}

function say(finding: ObjectHealth): string {
  return `${finding.object} ${finding.message}`;
}
