const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Fields of a cron expression: smallest and largest number, and names for them. */
const fields: readonly { readonly from: number; readonly to: number; readonly names: readonly string[] }[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 24, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: ["", ...months] },
  { from: 0, to: 7, names: days },
];

const shorthands = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@noon", "@hourly"];

/** Whether a schedule's cron expression can be read. @see https://docs.gitlab.com/topics/cron/ */
export function isCron(text: string): boolean {
  const words = text.trim().split(/\s+/);
  if (words.length === 1) return shorthands.includes(text.trim().toLowerCase());
  return words.length === fields.length && words.every((word, index) => fitsField(word.toLowerCase(), index));
}

function fitsField(word: string, index: number): boolean {
  const { from, to, names } = fields[index] ?? { from: 0, to: 0, names: [] };
  const number = (value: string) => (/^\d+$/.test(value) ? Number(value) : names.indexOf(value));
  const inside = (value: string) => number(value) >= from && number(value) <= to && value !== "";
  return word.split(",").every((part) => {
    const [range = "", step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) return false;
    if (range === "*" || (range === "l" && index === 2)) return true;
    const [first = "", last, ...rest] = range.split("-");
    // The nth day of a month: mon#1.
    const day = index === 4 ? first.replace(/#(-?[1-5]|l)$/, "") : first;
    return rest.length === 0 && inside(day) && (last === undefined || inside(last));
  });
}

/** Whether a name is a time zone's. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
