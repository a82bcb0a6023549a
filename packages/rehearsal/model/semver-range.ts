/** A version's numbers, with what follows them. */
interface Version {
  readonly tag: string;
  readonly numbers: readonly [number, number, number];
  readonly prerelease: string;
}

type Test = (version: Version) => boolean;

const VERSION =
  /^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
const PART = String.raw`v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?`;
const COMPARISON = new RegExp(String.raw`\s*(=|==|!=|>|<|>=|=>|<=|=<|~|~>|\^|)\s*(${PART})\s*,?`, "y");

/**
 * The tag that the source-controller chooses for a range: the highest version in it. Rules of github.com/Masterminds/semver: a version
 * before a release only where the range names one; `,` and space mean "and", `||` means "or".
 *
 * @returns undefined where no tag is in the range, or the range cannot be read
 */
export function highestIn(range: string, tags: readonly string[]): string | undefined {
  const tests = range.split("||").map(alternative);
  if (tests.some((test) => test === undefined)) return undefined;
  const found = tags.flatMap((tag) => version(tag) ?? []).filter((one) => tests.some((test) => test?.(one)));
  return found.sort(compare).at(-1)?.tag;
}

function version(tag: string): Version | undefined {
  const [whole, major, minor, patch, prerelease = ""] = VERSION.exec(tag) ?? [];
  if (whole === undefined) return undefined;
  return { tag, numbers: [Number(major), Number(minor ?? 0), Number(patch ?? 0)], prerelease };
}

/** Comparisons that all have to hold; undefined where they cannot be read. */
function alternative(text: string): Test | undefined {
  const spelled = text.replace(new RegExp(String.raw`(${PART})\s+-\s+(${PART})`, "g"), ">=$1 <=$2").trim();
  const all: ReturnType<typeof comparison>[] = [];
  COMPARISON.lastIndex = 0;
  while (COMPARISON.lastIndex < spelled.length) {
    const [, operator, operand] = COMPARISON.exec(spelled) ?? [];
    if (operator === undefined || operand === undefined) return undefined;
    all.push(comparison(operator, operand));
  }
  if (all.length === 0) return undefined;
  const isOpen = all.some(({ prerelease }) => prerelease !== "");
  return (one) => (one.prerelease === "" || isOpen) && all.every(({ test }) => test(one));
}

function comparison(operator: string, operand: string): { readonly test: Test; readonly prerelease: string } {
  const [core = "", prerelease = ""] = operand.replace(/^v/, "").split("+")[0]?.split(/-(.*)/s) ?? [];
  const parts = core.split(".");
  const wild = parts.findIndex((part) => /^[xX*]$/.test(part));
  /** How many numbers it names: `1.2` and `1.2.x` name two. */
  const named = wild === -1 ? parts.length : wild;
  const number = (index: number) => (index < named ? Number(parts[index]) : 0);
  const low: Version = { tag: operand, numbers: [number(0), number(1), number(2)], prerelease };
  const test =
    named === 0 ? () => operator !== "!=" && operator !== ">" && operator !== "<" : byOperator(operator, low, named);
  return { test, prerelease };
}

function byOperator(operator: string, low: Version, named: number): Test {
  const from = (one: Version) => compare(one, low) >= 0;
  /** Below the version after those that share the first numbers with it. */
  const within = (one: Version, shared: number) => low.numbers.slice(0, shared).every((n, i) => one.numbers[i] === n);
  switch (operator) {
    case "!=":
      return named < 3 ? (one) => !within(one, named) : (one) => compare(one, low) !== 0;
    case ">":
      return named < 3 ? (one) => from(one) && !within(one, named) : (one) => compare(one, low) > 0;
    case ">=":
    case "=>":
      return from;
    case "<":
      return (one) => compare(one, low) < 0;
    case "<=":
    case "=<":
      return named < 3 ? (one) => !from(one) || within(one, named) : (one) => compare(one, low) <= 0;
    case "^": {
      const first = low.numbers.findIndex((n) => n !== 0);
      const shared = first === -1 ? named : Math.min(first + 1, named);
      return (one) => from(one) && within(one, shared);
    }
    case "~":
    case "~>":
      return (one) => from(one) && within(one, Math.min(named, 2));
    default:
      return named < 3 ? (one) => from(one) && within(one, Math.min(named, 2)) : (one) => compare(one, low) === 0;
  }
}

function compare(one: Version, other: Version): number {
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.prerelease === other.prerelease) return 0;
  if (one.prerelease === "" || other.prerelease === "") return one.prerelease === "" ? 1 : -1;
  return comparePrereleases(one.prerelease.split("."), other.prerelease.split("."));
}

function comparePrereleases(one: readonly string[], other: readonly string[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === b) continue;
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (isNumber && isOtherNumber) return Number(a) - Number(b);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return 0;
}
