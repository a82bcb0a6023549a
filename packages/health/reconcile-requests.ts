import { REQUESTED_AT } from "./kube-object.js";
import type { ObjectHealth } from "./object-health.js";

/** Milliseconds between two requests for an object that is not Ready; doubled each time. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 8_000;

/** Reconciliation requests that were sent, and whether the controllers have answered them. */
export class ReconcileRequests {
  readonly #sent = new Map<string, { readonly at: number; readonly pause: number }>();

  /**
   * Whether to send a request for an object: there was none yet, or its controller has answered and
   * the object is still not Ready.
   *
   * @param now in milliseconds
   */
  isDue(health: ObjectHealth, now: number): boolean {
    if (!health.ask) return false;
    const last = this.#sent.get(health.object);
    return !last || (this.isAnswered(health) && now - last.at >= last.pause);
  }

  /** Records a request. @param now in milliseconds */
  sent({ object }: ObjectHealth, now: number): void {
    const last = this.#sent.get(object);
    this.#sent.set(object, { at: now, pause: last ? Math.min(last.pause * 2, LONGEST_PAUSE) : FIRST_PAUSE });
  }

  /** Whether the controller has answered the newest request, which may be of another client. */
  isAnswered({ object, ask }: ObjectHealth): boolean {
    const requested = ask?.metadata.annotations?.[REQUESTED_AT];
    return this.#sent.has(object) && requested !== undefined && ask?.status?.lastHandledReconcileAt === requested;
  }
}
