import type { IResolver, ResolutionContext } from "cdk8s";

/**
 * Type of a value that a manifest cannot contain; undefined where it can.
 *
 * A manifest is committed text, so its values must be known at synthesis. A Pulumi Output is known
 * later, and rendering it would write a warning into the manifest. It is recognized by its marker
 * properties, so that constructs need no Pulumi.
 */
export function nonPlain(value: unknown): string | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  if ((value as MarkerProperties).__pulumiOutput === true) return "a Pulumi Output";
  if ((value as MarkerProperties).__pulumiResource === true) return "a Pulumi resource";
  if (value instanceof Promise) return "a Promise";
  return undefined;
}

interface MarkerProperties {
  readonly __pulumiOutput?: unknown;
  readonly __pulumiResource?: unknown;
}

/** All values in `props` that a manifest cannot contain, with their paths: `patches[0].target`. */
export function nonPlainValues(props: unknown, path = ""): Array<{ path: string; what: string }> {
  const what = nonPlain(props);
  if (what) return [{ path, what }];
  if (Array.isArray(props)) return props.flatMap((value, index) => nonPlainValues(value, `${path}[${index}]`));
  if (typeof props !== "object" || props === null || Object.getPrototypeOf(props) !== Object.prototype) return [];
  return Object.entries(props).flatMap(([key, value]) => nonPlainValues(value, path ? `${path}.${key}` : key));
}

/** The same rule for every object of an App; add it to the App's `resolvers`. */
export class PlainValuesOnly implements IResolver {
  /** @throws TypeError naming the construct and the field */
  resolve(context: ResolutionContext): void {
    const what = nonPlain(context.value);
    if (what) throw new TypeError(`[${context.obj.node.path}] ${context.key.join(".")}: ${nonPlainMessage(what)}`);
  }
}

/** Text of the validation error after the name of the field. */
export function nonPlainMessage(what: string): string {
  return `expected a plain value, got ${what}; pass values from the infrastructure through committed settings`;
}
