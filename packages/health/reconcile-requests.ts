import { REQUESTED_AT } from "./kube-object.js";
import type { Finding } from "./object-health.js";

/** Milliseconds between a controller's answer that changed nothing and the next request; doubled each time. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 8_000;

/** Which objects have been asked to reconcile now, and whether their controllers have answered. */
export class Requests {
  readonly #sent = new Map<string, { readonly at: number; readonly pause: number }>();

  /**
   * Whether an object is to be asked: it never was, or its controller has answered and the object is still not Ready, so
   * that it would look again only at its own interval.
   *
   * @param now milliseconds
   */
  isDue(finding: Finding, now: number): boolean {
    if (!finding.ask) return false;
    const last = this.#sent.get(finding.object);
    return !last || (this.isAnswered(finding) && now - last.at >= last.pause);
  }

  /** Records that an object is asked now. @param now milliseconds */
  sent({ object }: Finding, now: number): void {
    const last = this.#sent.get(object);
    this.#sent.set(object, { at: now, pause: last ? Math.min(last.pause * 2, LONGEST_PAUSE) : FIRST_PAUSE });
  }

  /** Whether its controller has answered the newest request; another client may have made it after ours. */
  isAnswered({ object, ask }: Finding): boolean {
    const requested = ask?.metadata.annotations?.[REQUESTED_AT];
    return this.#sent.has(object) && requested !== undefined && ask?.status?.lastHandledReconcileAt === requested;
  }
}
