/** A setting that two environments have with different values. */
export interface SettingDifference {
  /** `nginx.replicas` */
  readonly path: string;
  /** @default it is not set there */
  readonly from?: unknown;
  /** @default it is not set there */
  readonly to?: unknown;
}

/**
 * Compares settings. Maps are compared key by key, everything else as a whole, as a merge patch
 * replaces it.
 */
export function settingDifferences(from: unknown, to: unknown, path = ""): SettingDifference[] {
  if (isMap(from) && isMap(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => settingDifferences(from[key], to[key], joined(path, key)));
  }
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

function joined(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
