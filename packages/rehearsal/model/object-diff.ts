import { isDeepStrictEqual } from "node:util";
import { createTwoFilesPatch } from "diff";
import { type KubeObject, labelOf } from "./kube-objects.js";
import { normalize, toText } from "./normalize.js";
import { ownedFields } from "./owned-fields.js";
import { redactSecret } from "./redact.js";

/** Lines around a change. */
const CONTEXT = 3;

/**
 * Unified diff between two states of an object, without what nobody wrote: neither what the API server manages nor, where that
 * is all there is to see, its defaults. Values of Secrets are not in it. Empty: there is no difference.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Unified-Format.html
 */
export function diffOf(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const written = difference(before && ownedFields(before), after && ownedFields(after));
  // A field that a manifest no longer sets is a default again: only the whole objects show both values.
  return written || difference(before, after);
}

function difference(before: KubeObject | undefined, after: KubeObject | undefined): string {
  const [old, young] = [before && normalize(before), after && normalize(after)];
  const one = old ? toText(redactSecret(old, young, "before")) : "";
  const other = young ? toText(redactSecret(young, old, "after")) : "";
  if (one === other) return "";
  const name = labelOf((after ?? before) as KubeObject);
  const [from, to] = [before ? name : "/dev/null", after ? name : "/dev/null"];
  const patch = createTwoFilesPatch(from, to, one, other, undefined, undefined, { context: CONTEXT });
  // The first lines are for several patches in one file.
  return patch.replace(/^(Index: .*\n)?=+\n/, "");
}

/** Whether the two are the same to those who write manifests. */
export function isSame(before: KubeObject, after: KubeObject): boolean {
  const [old, young] = [normalize(before), normalize(after)];
  // Most of a large cluster is the same, and text takes thirty times as long; only there a field without a value is none.
  return isDeepStrictEqual(old, young) || toText(old) === toText(young);
}
