import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";
import semver from "semver";

/** Largest number of versions that an error lists. */
const listed = 5;

/** Versions from the newest to the oldest. Those that are not semantic versions come last. */
export function newestFirst(versions: readonly string[]): string[] {
  const compare = (one: string, other: string) => {
    const [a, b] = [semver.parse(one), semver.parse(other)];
    return a && b ? semver.rcompare(a, b) : Number(!a) - Number(!b);
  };
  return [...versions].sort(compare);
}

/**
 * Chooses the version of a chart.
 *
 * @param wanted @default the newest version that is not a pre-release
 * @param where address of the chart, for errors
 * @throws UserError that lists the nearest and the newest versions
 */
export function chooseVersion(versions: readonly string[], wanted: string | undefined, where: string): string {
  const sorted = newestFirst(versions);
  const newest = sorted.find((one) => semver.parse(one)?.prerelease.length === 0) ?? sorted[0];
  const found = wanted === undefined ? newest : sorted.find((one) => one === wanted || one === `v${wanted}`);
  if (found !== undefined) return found;
  if (wanted === undefined) throw notFound("the chart has no versions", where, "check the address of the chart");
  const near = nearest(wanted, sorted);
  const hint = near ? `did you mean ${near}? ` : "";
  throw notFound(
    `the chart has no version ${wanted}`,
    where,
    `${hint}the newest versions are ${sorted.slice(0, listed).join(", ")}`,
  );
}

/** The error for a chart or a version that does not exist. */
export function notFound(what: string, where: string, fix: string): UserError {
  return new UserError(what, where, fix, { code: "TIM-821" });
}
