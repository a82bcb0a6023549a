import type { ObjectChange } from "./model.js";

/** Labels and annotations that only repeat a version or a digest. */
const versionLine = /^["']?(app\.kubernetes\.io\/version|helm\.sh\/chart|version|checksum\/[\w.-]+)["']?:/;

/**
 * Whether a change needs no attention: it only changes patch versions or digests of images, or
 * labels that repeat a version. A change of any other field needs attention.
 */
export function isRoutine({ action, dataLoss, diff, message }: ObjectChange): boolean {
  if (action !== "updated" || dataLoss || message !== undefined || diff === "") return false;
  const lines = diff.split("\n").filter((line) => /^[-+](?![-+]{2} )/.test(line));
  const texts = (sign: string) =>
    lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1).trim().replace(/^- /, ""));
  const [removed, added] = [texts("-"), texts("+")];
  return (
    removed.length > 0 && removed.length === added.length && removed.every((was, at) => isRoutineLine(was, added[at]))
  );
}

function isRoutineLine(was: string, is: string | undefined): boolean {
  if (is === undefined) return false;
  const [one, other] = [imageOf(was), imageOf(is)];
  if (one && other) return one.name === other.name && isPatch(one.tag, other.tag);
  return versionLine.test(was) && was.split(":")[0] === is.split(":")[0];
}

/** `image: registry:5000/web:1.2.3@sha256:…` */
function imageOf(line: string): { readonly name: string; readonly tag: string } | undefined {
  const [, text] = /^image: ["']?([^"'\s]+)["']?$/.exec(line) ?? [];
  const [, name, tag = ""] = /^(.+?)(?::([\w][\w.-]*))?(?:@sha256:[0-9a-f]{64})?$/.exec(text ?? "") ?? [];
  return name === undefined ? undefined : { name, tag };
}

/**
 * Whether major and minor version are the same, and nothing but numbers follows: `1.2.3` and
 * `1.2.4`, or the same tag with another digest.
 */
function isPatch(one: string, other: string): boolean {
  if (one === other) return true;
  const minor = (tag: string) => /^(v?\d+\.\d+)\.\d+$/.exec(tag)?.[1];
  return minor(one) !== undefined && minor(one) === minor(other);
}
