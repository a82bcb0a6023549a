import { checkSettings } from "@timonier/kit/check-settings";
import type { ObjectChange } from "@timonier/report/model";
import { z } from "zod";

/** Source line behind an object. */
export interface ObjectProvenance {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const schema = z.array(
  z.object({
    apiVersion: z.string("text"),
    kind: z.string("text"),
    namespace: z.string("text").optional(),
    name: z.string("text"),
    file: z.string("a path"),
    line: z.int("a line's number").min(1, "a line's number, from 1"),
  }),
  "a list",
);

/** Reads a provenance file. @throws UserError with what is wrong in the file */
export function readProvenance(text: string, file: string): ObjectProvenance[] {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    written = undefined;
  }
  return checkSettings(schema, written, {
    where: file,
    fix: "write a list of objects with apiVersion, kind, namespace, name, file and line, as JSON",
  });
}

/**
 * Provenance in commit messages, written by `timonier publish`:
 * `Timonier-Cause: apps/v1 Deployment default/nginx apps/nginx.ts:8`. The newest commit's comes
 * first, and counts.
 */
export function provenanceInMessages(messages: string): ObjectProvenance[] {
  return [...messages.matchAll(/^Timonier-Cause: (\S+) (\S+) (?:([^\s/]+)\/)?(\S+) (.+):(\d+)$/gm)].map(
    ([, apiVersion = "", kind = "", namespace, name = "", file = "", line = ""]) => ({
      apiVersion,
      kind,
      namespace,
      name,
      file,
      line: Number(line),
    }),
  );
}

/** Changes with their provenance. A Kustomization may have added the namespace of an object. */
export function withProvenance(
  changes: readonly ObjectChange[],
  provenance: readonly ObjectProvenance[],
): ObjectChange[] {
  if (provenance.length === 0) return [...changes];
  return changes.map((change) => {
    const { kind, name, namespace } = change.ref;
    const of = provenance.filter((one) => one.kind === kind && one.name === name);
    const found = of.find((one) => one.namespace === namespace) ?? of.find((one) => one.namespace === undefined);
    return found ? { ...change, provenance: { file: found.file, line: found.line } } : change;
  });
}
