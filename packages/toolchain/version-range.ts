/** Versions from `from` on, without `below`; both `MAJOR.MINOR.PATCH`. */
export interface VersionRange {
  readonly from: string;
  readonly below: string;
}

type Triple = readonly [number, number, number];

/** The first version in a text: `Kubernetes v1.36.3` → `1.36.3`. A pre-release is told, so that it fits no range. */
export function findVersion(text: string): string | undefined {
  return /(?<![\d.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/.exec(text)?.[1];
}

/** Whether a version lies in a range. A pre-release never does: it may lack what its release has. */
export function fits(version: string, range: VersionRange): boolean {
  if (version.includes("-")) return false;
  return compare(version, range.from) >= 0 && compare(version, range.below) < 0;
}

/** Order of two versions by their three numbers: negative, zero or positive. */
export function compare(a: string, b: string): number {
  const [x, y] = [triple(a), triple(b)];
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}

/** `>=3.6.0 <4.0.0` */
export function describeRange(range: VersionRange): string {
  return `>=${range.from} <${range.below}`;
}

function triple(version: string): Triple {
  const [major = 0, minor = 0, patch = 0] = version.split("-", 1)[0]?.split(".").map(Number) ?? [];
  return [major, minor, patch];
}
