import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import { type ClusterReader, ClusterUnavailable } from "./cluster-reader.js";
import { assess, type Expectation, requestText } from "./delivery-health.js";
import type { ClusterView } from "./kube-object.js";
import type { Finding } from "./object-health.js";
import { Requests } from "./reconcile-requests.js";

/** Milliseconds for which a failure has to stand before it is believed: what it depends on may be a moment late. */
const PATIENCE = 5_000;

/** Milliseconds for which a cluster may be silent: an API server that has just started refuses for a while. */
const SILENCE = 30_000;

const BY_MERGE_REQUEST = "fix it by a merge request; Flux goes on by itself, and `npm run up` waits for it again";

/** How to wait for a delivery. */
export interface ConvergeOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Time between two looks, in milliseconds. @default 500 */
  readonly interval?: number;
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
  const requests = new Requests();
  const seen = new Map<string, number>();
  /** A failure counts once the controller has answered us: what it said before may be about what is fixed since. */
  const stands = (one: Finding) =>
    one.state === "failed" && (!one.ask || requests.isAnswered(one)) && since(seen, one) > PATIENCE;
  /** @returns what keeps a request from the cluster just now */
  const askAll = async (open: readonly Finding[]): Promise<ClusterUnavailable | undefined> => {
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
      fix: "see `npx timonier status`; fix it by a merge request, or end what blocks it, then `npm run up`",
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
      forgetOthers(seen, open);
      const known = open.filter(stands);
      if (known.length > 0) throw failed(known);
      const unavailable = await askAll(open);
      if (unavailable) return { done: false, missing: unavailable.what };
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

/** A failure that passed and comes back has to stand for the whole time again. */
function forgetOthers(seen: Map<string, number>, open: readonly Finding[]): void {
  const said = new Set(open.map(say));
  for (const key of seen.keys()) if (!said.has(key)) seen.delete(key);
}

/** Milliseconds for which this very failure has been seen, without a break. */
function since(seen: Map<string, number>, finding: Finding): number {
  const key = say(finding);
  const first = seen.get(key) ?? Date.now();
  seen.set(key, first);
  return Date.now() - first;
}

function failed(findings: readonly Finding[]): UserError {
  const fixes = findings.map(({ fix }) => fix ?? BY_MERGE_REQUEST);
  return new UserError(
    `the delivery failed: ${findings.map((one) => one.message).join("; ")}`,
    findings.map((one) => one.object).join(", "),
    [...new Set(fixes)].join("; "),
  );
}

function say(finding: Finding): string {
  return `${finding.object} ${finding.message}`;
}
