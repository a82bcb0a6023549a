import type { IResolver, ResolutionContext } from "cdk8s";

/**
 * Why this value can never be part of a manifest; undefined when it can.
 *
 * A manifest is committed text: what it says must be known when it is synthesized. A Pulumi Output is known later, and
 * rendering one silently writes a warning into the cluster. It is told by its own marks, so that constructs need no Pulumi.
 */
export function unsettled(value: unknown): string | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  if ((value as Marks).__pulumiOutput === true) return "a Pulumi Output";
  if ((value as Marks).__pulumiResource === true) return "a Pulumi resource";
  if (value instanceof Promise) return "a Promise";
  return undefined;
}

interface Marks {
  readonly __pulumiOutput?: unknown;
  readonly __pulumiResource?: unknown;
}

/** Every value inside `props` that a manifest cannot hold, by its path: `patches[0].target`. */
export function unsettledValues(props: unknown, path = ""): Array<{ path: string; what: string }> {
  const what = unsettled(props);
  if (what) return [{ path, what }];
  if (Array.isArray(props)) return props.flatMap((value, index) => unsettledValues(value, `${path}[${index}]`));
  if (typeof props !== "object" || props === null || Object.getPrototypeOf(props) !== Object.prototype) return [];
  return Object.entries(props).flatMap(([key, value]) => unsettledValues(value, path ? `${path}.${key}` : key));
}

/** The same rule for every object of an App, whoever made it: give it to the App's `resolvers`. */
export class PlainValuesOnly implements IResolver {
  /** @throws TypeError naming the construct and the field */
  resolve(context: ResolutionContext): void {
    const what = unsettled(context.value);
    if (what) throw new TypeError(`[${context.obj.node.path}] ${context.key.join(".")}: ${outputRefused(what)}`);
  }
}

/** The sentence after the field's name. */
export function outputRefused(what: string): string {
  return `expected a plain value, got ${what}; what a manifest needs from infrastructure goes through committed settings`;
}
