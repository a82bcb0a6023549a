import { goMilliseconds, shortGoDuration } from "@timonier/kit/go-duration";
// A single module, because the whole package takes 0.1 s to load, and commands that read settings need only this.
import { Duration } from "cdk8s/lib/duration.js";

/**
 * Formats a duration as Flux does: `1m0s`, `10m`, `1h30m`.
 *
 * @param duration any cdk8s Duration of whole milliseconds
 * @returns hours, minutes, seconds and milliseconds, without zero parts
 * @throws RangeError for zero: Flux would reconcile without pause
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function fluxDuration(duration: Duration): string {
  const total = duration.toMilliseconds();
  if (!Number.isSafeInteger(total) || total <= 0) {
    throw new RangeError(`expected whole milliseconds, longer than zero, got ${total}ms`);
  }
  return shortGoDuration(total);
}

/** {@link fluxDuration} for an optional field. */
export function optionalFluxDuration(duration: Duration | undefined): string | undefined {
  return duration && fluxDuration(duration);
}

/**
 * Parses a duration in a setting, in the format of Flux: `1m`, `1h30m`, `1.5h`, `500ms`.
 *
 * @param text hours, minutes, seconds and milliseconds; zero is allowed
 * @throws RangeError with the expected format; the caller adds the place
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseFluxDuration(text: string): Duration {
  const total = goMilliseconds(text);
  if (total === undefined) throw new RangeError(`expected a duration like "1m" or "1h30m", got "${text}"${hint(text)}`);
  // 1.1h is 3960000.0000000005 ms in binary floating point.
  const whole = Math.round(total);
  if (!Number.isSafeInteger(whole)) throw new RangeError(`expected a shorter duration, got "${text}"`);
  if (Math.abs(total - whole) > 1e-6) throw new RangeError(`expected whole milliseconds, got "${text}"`);
  return Duration.millis(whole);
}

/** Suggestion for common mistakes: `1 minute`, `30 sec`. */
function hint(text: string): string {
  const words = /^\s*(\d+)\s*(h|m|s|ms)(?:ou|in|ec|illi)?[a-z]*\s*$/i.exec(text);
  if (!words) return "";
  const unit = /^\s*\d+\s*milli/i.test(text) ? "ms" : words[2]?.toLowerCase();
  return `; did you mean "${words[1]}${unit}"?`;
}
