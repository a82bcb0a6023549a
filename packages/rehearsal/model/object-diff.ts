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
  const [oldObject, newObject] = [before && normalize(before), after && normalize(after)];
  const one = oldObject ? toText(redactSecret(oldObject, newObject, "before")) : "";
  const other = newObject ? toText(redactSecret(newObject, oldObject, "after")) : "";
  if (one === other) return "";
  const name = labelOf((after ?? before) as KubeObject);
  const [from, to] = [before ? name : "/dev/null", after ? name : "/dev/null"];
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
