import { remembered } from "@timonier/kit/remembered";
import { type FieldChange, fieldAt, fieldChanges, same } from "./field-changes.js";
import { formerValues, otherValues, quantityOf } from "./former-values.js";
import type { Literal, Value } from "./instrument.js";
import { type Manifest, type ProgramRun, runProgram, type Subject, type SynthesizedObject } from "./program-run.js";

/**
 * Effect of the replacement of a literal: none on this object, another value in the field, the
 * former value in the field, or the whole former object.
 */
const grades = { none: 0, moved: 1, field: 2, whole: 3 } as const;
type Grade = (typeof grades)[keyof typeof grades];

interface Match {
  readonly literal: Literal;
  readonly grade: Grade;
  readonly former: Value;
}

/** A line of the program or of its settings. */
export interface Line {
  readonly file: string;
  readonly line: number;
}

/** Number of differing fields of an object that are searched: one line for each object is enough. */
const fieldsSearched = 4;

/**
 * Finds the literal behind a change by experiment: the literal that restores the former object when
 * it is replaced by a former value.
 */
export class LiteralSearch {
  private readonly confirmed: Array<{ readonly at: Line; readonly run: ProgramRun }> = [];
  private readonly literals: readonly Literal[];

  /** @param deadline end of the search, in milliseconds since the epoch */
  constructor(
    private readonly subject: Subject,
    private readonly now: ProgramRun,
    private readonly deadline: number,
  ) {
    const written = [subject.differences?.text, subject.settings].flatMap((one) => [...(one?.literals.values() ?? [])]);
    this.literals = [...written, ...subject.program.literals.values()];
  }

  /** @returns the line of the literal; undefined where none was found in time */
  lineBehind(object: SynthesizedObject, before: Manifest): Line | undefined {
    for (const { at, run: earlier } of this.confirmed) {
      const there = this.counterpart(object, earlier);
      if (there && same(there.manifest, before)) return at;
    }
    for (const change of fieldChanges(before, object.manifest).slice(0, fieldsSearched)) {
      const found = this.byText(object, before, change) ?? this.byTrial(object, before, change);
      if (found) return lineOf(found);
      if (this.isLate()) return undefined;
    }
    return undefined;
  }

  /** Tries literals whose text is in the field. */
  private byText(object: SynthesizedObject, before: Manifest, change: FieldChange): Match | undefined {
    let best: Match | undefined;
    for (const literal of this.ranked(object, change)) {
      for (const former of formerValues(literal.value, change)) {
        if (this.isLate()) return best;
        const grade = this.grade({ literal, former }, object, before, change);
        if (grade >= grades.field && grade > (best?.grade ?? 0)) best = { literal, grade, former };
        if (grade === grades.whole) return this.switched({ literal, grade, former }, object, before, change);
      }
    }
    return best;
  }

  /**
   * Where the former value is still in the program, as in `debug ? "debug" : "info"`, a change of
   * the condition is likelier than a change of the literal.
   */
  private switched(found: Match, object: SynthesizedObject, before: Manifest, change: FieldChange): Match {
    const stillWritten = this.literals.some(
      ({ value, file }) => value === found.former && file === found.literal.file && typeof value !== "boolean",
    );
    if (!stillWritten) return found;
    for (const literal of this.ranked(object, change)) {
      if (typeof literal.value !== "boolean" || this.isLate()) continue;
      const former = !literal.value;
      const grade = this.grade({ literal, former }, object, before, change);
      if (grade === grades.whole) return { literal, grade, former };
    }
    return found;
  }

  /** Tries every literal that the program uses, until one restores the field. */
  private byTrial(object: SynthesizedObject, before: Manifest, change: FieldChange): Match | undefined {
    let best: Match | undefined;
    for (const literal of this.ranked(object, change)) {
      if (this.isLate()) return best;
      const match = this.moves(literal, object, before, change);
      if (match && match.grade > (best?.grade ?? 0)) best = match;
      if (best?.grade === grades.whole) return best;
    }
    return best;
  }

  private moves(literal: Literal, object: SynthesizedObject, before: Manifest, change: FieldChange): Match | undefined {
    for (const former of otherValues(literal.value)) {
      const { grade, value } = this.attempt({ literal, former }, object, before, change);
      if (grade === grades.none) continue;
      if (grade === grades.whole || typeof literal.value !== "number") return { literal, grade, former };
      const solved = solve(literal.value, [change.before, change.after, value]);
      if (solved === undefined) return { literal, grade, former };
      const exact = this.grade({ literal, former: solved }, object, before, change);
      // biome-ignore lint/complexity/useMathMinMax: Math.max returns number, not Grade.
      return { literal, grade: exact > grade ? exact : grade, former: solved };
    }
    return undefined;
  }

  private grade(...args: Parameters<LiteralSearch["attempt"]>): Grade {
    return this.attempt(...args).grade;
  }

  private attempt(
    { literal, former }: { readonly literal: Literal; readonly former: Value },
    object: SynthesizedObject,
    before: Manifest,
    { path }: FieldChange,
  ): { grade: Grade; value?: unknown } {
    try {
      const tried = runProgram(this.subject, new Map([[literal.id, former]]));
      const there = this.counterpart(object, tried);
      if (!there) return { grade: grades.none };
      const value = fieldAt(there.manifest, path);
      if (same(there.manifest, before)) {
        this.confirmed.push({ at: lineOf({ literal, former }), run: tried });
        return { grade: grades.whole, value };
      }
      if (value === fieldAt(object.manifest, path)) return { grade: grades.none };
      return { grade: value === fieldAt(before, path) ? grades.field : grades.moved, value };
    } catch {
      // The program does not accept the value, so this literal gives no information.
      return { grade: grades.none };
    }
  }

  /**
   * The object of another run at the same path and in the same file, because applications may have
   * equal paths; where one of them has changed, the object with the same index.
   */
  private counterpart(object: SynthesizedObject, other: ProgramRun): SynthesizedObject | undefined {
    const found = objectsOf(other).get(keyOf(object));
    if (found || other.objects.length !== this.now.objects.length) return found;
    return other.objects[this.now.objects.indexOf(object)];
  }

  /** Literals by how likely they make the field, the likeliest first. */
  private ranked(object: SynthesizedObject, change: FieldChange): Literal[] {
    const names = change.path.filter((step) => !/^\d+$/.test(step)).toReversed();
    const scored = this.literals.flatMap((literal) => {
      const moments = this.now.passed.get(literal.id);
      if (!moments && literal.id >= 0) return [];
      const related = literal.keys[0] === names[0] ? 2 : literal.keys.some((key) => names.includes(key)) ? 1 : 0;
      const own = literal.file.startsWith("constructs/") ? 0 : 1;
      const distance = Math.min(...(moments ?? [0]).map((moment) => Math.abs(object.moment - moment)));
      return [{ literal, order: [-own, -related, distance] as const }];
    });
    scored.sort(({ order: one }, { order: other }) => {
      const first = one.findIndex((value, index) => value !== other[index]);
      return first === -1 ? 0 : (one[first] ?? 0) - (other[first] ?? 0);
    });
    return scored.map(({ literal }) => literal);
  }

  private isLate(): boolean {
    return Date.now() > this.deadline;
  }
}

const keyOf = ({ repository, file, place }: SynthesizedObject) => [repository, file, place].join("\n");

const objectsOf = remembered(({ objects }: ProgramRun) => new Map(objects.map((one) => [keyOf(one), one])));

/** Line of a literal; in a text of several lines, the first one that differs. */
function lineOf({ literal, former }: Pick<Match, "literal" | "former">): Line {
  const { file, line, value, multiline } = literal;
  if (!multiline || typeof value !== "string" || typeof former !== "string") return { file, line };
  let same = 0;
  while (same < value.length && value[same] === former[same]) same++;
  return { file, line: line + (value.slice(0, same).match(/\n/g)?.length ?? 0) };
}

/**
 * Former value of a number on which the field depends linearly.
 *
 * @param fields the field before, now, and with the number plus one
 */
function solve(literal: number, fields: readonly [unknown, unknown, unknown]): number | undefined {
  const [before, now, oneMore] = fields.map(quantityOf);
  if (before === undefined || now === undefined || oneMore === undefined || oneMore === now) return undefined;
  const former = literal + (before - now) / (oneMore - now);
  return Number.isInteger(former) === Number.isInteger(literal) ? former : undefined;
}
