import { goMilliseconds } from "@timonier/kit/go-duration";
import { invalid, matching } from "./validation.js";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** Names of the numbers from `from` on. */
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { what: "a minute", from: 0, to: 59, names: [] },
  { what: "an hour", from: 0, to: 23, names: [] },
  { what: "a day of the month", from: 1, to: 31, names: [] },
  { what: "a month", from: 1, to: 12, names: months },
  { what: "a day of the week", from: 0, to: 6, names: days },
];

const descriptors = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/**
 * The schedule of a CronJob: five fields, a descriptor such as `@daily`, or `@every 1h30m`.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function cronSchedule(field: string, value: unknown): string[] {
  const expected =
    "five fields (minute, hour, day of month, month, day of week), @daily or the like, or @every DURATION";
  if (typeof value !== "string") return invalid(field, expected, value);
  const [, duration] = /^@every (.+)$/.exec(value) ?? [];
  if (duration !== undefined) {
    return (goMilliseconds(duration) ?? 0) >= 1_000 ? [] : invalid(field, "@every and at least one second", value);
  }
  if (descriptors.includes(value)) return [];
  const words = value.trim().split(/\s+/);
  if (words.length !== fields.length) return invalid(field, expected, value);
  return fields.flatMap((one, index) => {
    const word = words[index] ?? "";
    return fits(word, one) ? [] : invalid(field, `${one.what} from ${one.from} to ${one.to}, a range or "*"`, word);
  });
}

/** Whether a word is a list of numbers, ranges and steps inside a field: `1,10-20/2,*`. */
function fits(word: string, { from, to, names }: Field): boolean {
  const numberOf = (text: string) =>
    /^\d+$/.test(text) ? Number(text) : from + (names.indexOf(text.toLowerCase()) + 1 || Number.NaN) - 1;
  return word.split(",").every((part) => {
    const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (step !== undefined && Number(step) === 0) return false;
    if (range === "*" || range === "?") return true;
    const [first = "", last = first, ...more] = range.split("-");
    return more.length === 0 && from <= numberOf(first) && numberOf(first) <= numberOf(last) && numberOf(last) <= to;
  });
}

/**
 * Name of a time zone in the database of IANA, as it is spelled there: the API server finds no
 * other spelling.
 */
export function timeZone(field: string, value: unknown): string[] {
  const expected = 'a time zone such as "Europe/Paris" or "Etc/UTC"';
  if (typeof value !== "string") return invalid(field, expected, value);
  try {
    const { timeZone: known } = new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions();
    const misspelled = known !== value && known.toLowerCase() === value.toLowerCase();
    if (misspelled) return invalid(field, `"${known}"`, value);
    // Intl accepts offsets such as +01:00, and other names such as Etc/UTC in any case.
    return matching(field, value, /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/, expected);
  } catch {
    return invalid(field, expected, value);
  }
}
