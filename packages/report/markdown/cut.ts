/** A part of the note: a head, and entries that can be omitted. */
export interface Section {
  /** What the entries are called: `objects`. */
  readonly noun: string;
  /** Order in which sections are shortened: the highest number first. */
  readonly importance: number;
  /** Heading and text before the entries; never omitted. */
  readonly head: string;
  readonly entries: readonly string[];
  /** Text between two entries. */
  readonly gap: string;
  /**
   * Whether an entry that does not fit is omitted alone. Otherwise all later ones are omitted as
   * well, so that a list has no gaps.
   */
  readonly holes: boolean;
}

/** Characters reserved for the sentences that say what is missing. */
const noticeLength = 200;

/**
 * Joins sections to a text of at most `limit` characters.
 *
 * Entries are taken by importance while they fit. Each section says how many of its entries are missing.
 *
 * @param truncated sentence that says where the full report is, for a note that is shortened
 * @throws RangeError when the heads alone do not fit
 */
export function assemble(sections: readonly Section[], limit: number, truncated: string): string {
  const complete = sections.map((section) => section.entries.length);
  const length = sections.reduce((sum, section) => sum + lengthOf(section) + 2, 0);
  if (length <= limit) return join(sections, complete.map(takeAll), "");
  const reserve = sections.reduce((sum, { head }) => sum + head.length + noticeLength, truncated.length);
  if (reserve > limit) throw new RangeError(`a report needs at least ${reserve} characters, the limit is ${limit}`);
  let room = limit - reserve;
  const taken = sections.map((): ReadonlySet<number> => new Set());
  const byImportance = [...sections.keys()].sort((a, b) => importance(sections, a) - importance(sections, b));
  for (const index of byImportance) {
    const section = sections[index] as Section;
    const fits = take(section, room);
    taken[index] = fits.taken;
    room = fits.room;
  }
  return join(sections, taken, truncated);
}

const takeAll = (length: number): ReadonlySet<number> => new Set(Array.from({ length }, (_, index) => index));

const importance = (sections: readonly Section[], index: number) => sections[index]?.importance ?? 0;

function lengthOf({ head, entries, gap }: Section): number {
  return entries.reduce((sum, entry) => sum + entry.length + gap.length, head.length);
}

function take({ entries, gap, holes }: Section, free: number): { taken: ReadonlySet<number>; room: number } {
  const taken = new Set<number>();
  let room = free;
  for (const [index, entry] of entries.entries()) {
    const needed = entry.length + gap.length;
    if (needed <= room) {
      taken.add(index);
      room -= needed;
    } else if (!holes) break;
  }
  return { taken, room };
}

/** @param truncated see {@link assemble}; empty when nothing is missing */
function join(sections: readonly Section[], taken: readonly ReadonlySet<number>[], truncated: string): string {
  const parts = sections.map((section, index) => {
    const { head, entries, gap, noun } = section;
    const shown = taken[index] ?? new Set();
    const text = head + entries.filter((_, entry) => shown.has(entry)).join(gap);
    const missing = entries.length - shown.size;
    const notice = `**${missing} of ${entries.length} ${noun} omitted because the note is too long. The full report has them.**`;
    return missing === 0 ? text : `${text.trimEnd()}\n\n${notice}`;
  });
  const [first = "", ...rest] = parts;
  return `${[first, ...(truncated ? [truncated] : []), ...rest].join("\n\n")}\n`;
}
