const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * Milliseconds of a duration as Go and Flux write it: `1h30m`, `1.5h`, `500ms`. Fractions of a millisecond may be left over.
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
