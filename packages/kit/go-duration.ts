const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * Milliseconds of a duration as Go and Flux write it: `1h30m`, `1.5h`, `500ms`. Fractions of a
 * millisecond may be left over.
 *
 * @returns undefined when the text is not such a duration
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function goMilliseconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return total;
}

/**
 * A duration as Go prints it: `1m0s`, `1h0m0s`, `30s`.
 *
 * @see https://pkg.go.dev/time#Duration.String
 */
export function goDuration(seconds: number): string {
  const { h, m, s } = partsOf(seconds * 1_000);
  return `${h ? `${h}h` : ""}${h || m ? `${m}m` : ""}${s}s`;
}

/** The same as people write it, without parts that are zero: `1m`, `1h30m`, `500ms`. */
export function shortGoDuration(milliseconds: number): string {
  return Object.entries(partsOf(milliseconds))
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount}${unit}`)
    .join("");
}

function partsOf(milliseconds: number) {
  const whole = (unit: number) => Math.floor(milliseconds / unit);
  return { h: whole(3_600_000), m: whole(60_000) % 60, s: whole(1_000) % 60, ms: milliseconds % 1_000 };
}
