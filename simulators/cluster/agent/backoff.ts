const first = 10_000;
const longest = 300_000;

/**
 * Time that kubelet waits before the next restart: none for the first, then 10 s, doubled up to
 * five minutes. A container that ran for twice the longest wait has its back-off reset.
 *
 * @param restarts restarts since it last ran that long
 * @returns milliseconds
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
export function restartDelay(restarts: number): number {
  return restarts <= 0 ? 0 : Math.min(first * 2 ** (restarts - 1), longest);
}

/** Restarts that count for the next delay, given how long the container ran, in milliseconds. */
export function countedRestarts(restarts: number, ranFor: number): number {
  return ranFor >= 2 * longest ? 0 : restarts;
}
