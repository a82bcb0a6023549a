import { isDeepStrictEqual } from "node:util";
import { createTwoFilesPatch } from "diff";
import { type KubeObject, labelOf } from "./kube-objects.js";
import { normalize, toText } from "./normalize.js";
import { ownedFields } from "./owned-fields.js";
import { redactSecret } from "./redact.js";

/** Context lines around a change. */
const CONTEXT = 3;

/**
 * Unified diff between two states of an object, without fields that the API server manages and, if
 * other fields differ, without its defaults. It contains no values of Secrets. It is empty when
 * nothing differs.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Unified-Format.html
 */
export function diffOf(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const written = difference(before && ownedFields(before), after && ownedFields(after));
  // A field that a manifest no longer sets becomes a default: only the complete objects show both values.
  return written || difference(before, after);
}

function difference(before: KubeObject | undefined, after: KubeObject | undefined): string {
  return manifestDiff(before && normalize(before), after && normalize(after));
}

/**
 * Unified diff between two manifests as they are written, without values of Secrets. It is empty
 * when nothing differs.
 */
export function manifestDiff(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const one = before ? toText(redactSecret(before, after, "before")) : "";
  const other = after ? toText(redactSecret(after, before, "after")) : "";
  const name = labelOf((after ?? before) as KubeObject);
  return textDiff(before ? name : "/dev/null", after ? name : "/dev/null", [one, other]);
}

/** Unified diff between two texts with their names. It is empty when nothing differs. */
export function textDiff(from: string, to: string, [one, other]: readonly [one: string, other: string]): string {
  if (one === other) return "";
  const patch = createTwoFilesPatch(from, to, one, other, undefined, undefined, { context: CONTEXT });
  // The first lines only separate several patches in one file.
  return patch.replace(/^(Index: .*\n)?=+\n/, "");
}

/** Whether two states have the same manifest. */
export function isSame(before: KubeObject, after: KubeObject): boolean {
  const [oldObject, newObject] = [normalize(before), normalize(after)];
  // Most objects of a large cluster are equal, and comparing text takes thirty times as long. Only
  // text ignores undefined fields.
  return isDeepStrictEqual(oldObject, newObject) || toText(oldObject) === toText(newObject);
}
