import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";
import satisfies from "semver/functions/satisfies.js";

const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const OPERAND = String.raw`v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?`;
const COMPARISON = new RegExp(String.raw`\s*(=|==|!=|>|<|>=|=>|<=|=<|~|~>|\^|)\s*(${OPERAND})\s*,?`, "y");

/** Operators of Masterminds/semver and their counterparts in npm's ranges. The caller negates the result for `!=`. */
const npmOperators: Readonly<Record<string, string>> = { "==": "=", "!=": "=", "=>": ">=", "=<": "<=" };

/** One comparison of a range, in npm's form, which has no `!=`. */
interface Comparison {
  readonly range: string;
  readonly negated: boolean;
  readonly namesPrerelease: boolean;
}

/**
 * The tag that the source-controller chooses for a range: the highest version in it. The rules are
 * those of github.com/Masterminds/semver: `,` and space mean "and", `||` means "or", and a
 * pre-release counts only where the range names one. npm's `semver` evaluates each comparison and
 * orders the versions.
 *
 * @returns undefined where no tag is in the range, or the range cannot be parsed
 */
export function highestIn(range: string, tags: readonly string[]): string | undefined {
  const alternatives = range.split("||").map(comparisonsOf);
  const found = tags.flatMap((tag) => {
    const version = versionOf(tag);
    return version !== undefined && alternatives.some((all) => all && isIn(version, all)) ? [{ tag, version }] : [];
  });
  if (alternatives.includes(undefined)) return undefined;
  return found.sort((one, other) => compare(one.version, other.version)).at(-1)?.tag;
}

/** A tag as a version of three numbers: `v1.2` → `1.2.0`. */
function versionOf(tag: string): string | undefined {
  const [whole, major, minor = "0", patch = "0", prerelease = ""] = VERSION.exec(tag) ?? [];
  return whole === undefined ? undefined : parse(`${major}.${minor}.${patch}${prerelease}`)?.version;
}

/** Comparisons that all have to hold; undefined where they cannot be parsed. */
function comparisonsOf(text: string): Comparison[] | undefined {
  const spelled = text.replace(new RegExp(String.raw`(${OPERAND})\s+-\s+(${OPERAND})`, "g"), ">=$1 <=$2").trim();
  const all: Comparison[] = [];
  COMPARISON.lastIndex = 0;
  while (COMPARISON.lastIndex < spelled.length) {
    const [, operator, operand] = COMPARISON.exec(spelled) ?? [];
    if (operator === undefined || operand === undefined) return undefined;
    const namesPrerelease = operand.split("+")[0]?.includes("-") ?? false;
    all.push({ range: npmRange(operator, operand), negated: operator === "!=", namesPrerelease });
  }
  return all.length === 0 ? undefined : all;
}

/**
 * One comparison as a range of npm's `semver`. Two rules differ: npm rejects what follows a
 * wildcard (`1.x.3`, `1.x-0`), and where pre-releases count, `>=2` includes 2.0.0-alpha for npm and
 * excludes it for Masterminds.
 */
function npmRange(operator: string, operand: string): string {
  const npmOperator = npmOperators[operator] ?? operator;
  const [numbers = ""] = operand.replace(/^v/, "").split(/[-+]/, 1);
  const parts = numbers.split(".");
  const wildcard = parts.findIndex((part) => /^[xX*]$/.test(part));
  const named = wildcard === -1 ? parts : parts.slice(0, wildcard);
  if (named.length === 3) return `${npmOperator}${operand}`;
  if (named.length === 0) return `${npmOperator}*`;
  const [partial, lowest] = [named.join("."), [...named, "0", "0"].slice(0, 3).join(".")];
  if (npmOperator === "<") return `<${lowest}`;
  const hasLowerBound = npmOperator !== ">" && npmOperator !== "<=" && operator !== "!=";
  return `${npmOperator}${partial}${hasLowerBound ? ` >=${lowest}` : ""}`;
}

function isIn(version: string, all: readonly Comparison[]): boolean {
  const includePrerelease = all.some(({ namesPrerelease }) => namesPrerelease);
  if (version.includes("-") && !includePrerelease) return false;
  return all.every(({ range, negated }) => satisfies(version, range, { includePrerelease }) !== negated);
}
