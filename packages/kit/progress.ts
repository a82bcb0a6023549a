/** Receives progress lines of long work: a terminal, a CI log, or the engine's log in a plugin. */
export type Progress = (line: string) => void;

/** Reports nothing. */
export const silent: Progress = () => {};

/** Time since `start` as text: `0.4 s`, `12 s`, `3 m 05 s`. */
export function elapsed(start: number, now = Date.now()): string {
  const seconds = (now - start) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, "0")} s`;
}
