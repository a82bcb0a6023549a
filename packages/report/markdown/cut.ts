/** A part of the note: a head, and entries of which any number can be left out. */
export interface Section {
  /** What the entries are: `objects`. */
  readonly noun: string;
  /** What goes first when there is no room: 0 stays longest. */
  readonly importance: number;
  /** Heading and what stands before the entries; never cut. */
  readonly head: string;
  readonly entries: readonly string[];
  /** Between two entries. */
  readonly gap: string;
  /** An entry without room is left out alone; otherwise all that follow it are too, so that a list has no holes. */
  readonly holes: boolean;
}

/** Room for the sentences that say what is missing. */
const noticeLength = 200;

/**
 * Sections in their order, no longer than a limit, in characters.
 *
 * Entries are taken by importance while there is room; each section says how many of its entries are missing, so nothing
 * is lost without a word.
 *
 * @throws RangeError when there is no room for the heads
 */
export function assemble(sections: readonly Section[], limit: number, whole: string): string {
  const complete = sections.map((section) => section.entries.length);
  const length = sections.reduce((sum, section) => sum + lengthOf(section) + 2, 0);
  if (length <= limit) return join(sections, complete.map(takeAll), "");
  const reserve = sections.reduce((sum, { head }) => sum + head.length + noticeLength, whole.length);
  if (reserve > limit) throw new RangeError(`no report fits in ${limit} characters: ${reserve} is the least`);
  let room = limit - reserve;
  const taken = sections.map((): ReadonlySet<number> => new Set());
  const byImportance = [...sections.keys()].sort((a, b) => importance(sections, a) - importance(sections, b));
  for (const index of byImportance) {
    const section = sections[index] as Section;
    const fits = take(section, room);
    taken[index] = fits.taken;
    room = fits.room;
  }
  return join(sections, taken, whole);
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

/** `whole`: the sentence at the top that says where the rest is; empty where nothing is missing. */
function join(sections: readonly Section[], taken: readonly ReadonlySet<number>[], whole: string): string {
  const parts = sections.map((section, index) => {
    const { head, entries, gap, noun } = section;
    const shown = taken[index] ?? new Set();
    const text = head + entries.filter((_, entry) => shown.has(entry)).join(gap);
    const missing = entries.length - shown.size;
    const notice = `**${missing} of ${entries.length} ${noun} left out for want of room; the whole page has them.**`;
    return missing === 0 ? text : `${text.trimEnd()}\n\n${notice}`;
  });
  const [first = "", ...rest] = parts;
  return `${[first, ...(whole ? [whole] : []), ...rest].join("\n\n")}\n`;
}
