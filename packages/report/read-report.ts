import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import type { Report } from "./model.js";

const ready = z.enum(["True", "False", "Unknown"]);
const text = z.string();
const ref = z.object({ apiVersion: text, kind: text, namespace: text.optional(), name: text });
const revision = z.object({ ref: text, sha: text.exactOptional() });

const share = z.object({ evaluated: z.number(), all: z.number() });

/** The model as a schema; the compiler holds that both say the same. */
const schema = z.object({
  version: z.literal(1),
  verdict: z.enum(["safe", "unknown", "destructive", "rejected", "unable"]),
  base: revision,
  head: revision,
  fault: z.object({ what: text, where: text, fix: text }).exactOptional(),
  coverage: z.object({ files: share, reconciliations: share, objects: share }).exactOptional(),
  flux: z.object({ cluster: text, rehearsed: text }).exactOptional(),
  changes: z.array(
    z.object({
      ref,
      action: z.enum(["created", "changed", "recreated", "pruned", "deleted", "rejected"]),
      dataLoss: z.boolean(),
      message: text.exactOptional(),
      owner: text.exactOptional(),
      formerOwner: text.exactOptional(),
      diff: text,
      cause: z.object({ file: text, line: z.number() }).exactOptional(),
      cluster: text.exactOptional(),
    }),
  ),
  reconciliations: z.array(
    z.object({
      ref,
      ready: ready.exactOptional(),
      readyBefore: ready.exactOptional(),
      reason: text.exactOptional(),
      message: text.exactOptional(),
      notEvaluated: z.literal(true).exactOptional(),
      dependsOn: z.array(text),
      cluster: text.exactOptional(),
    }),
  ),
  versions: z.array(
    z.object({
      kind: z.enum(["image", "chart"]),
      name: text,
      from: text.exactOptional(),
      to: text.exactOptional(),
      usedBy: z.array(ref),
    }),
  ),
  policies: z.array(z.object({ policy: text, ref, level: z.enum(["warning", "fatal"]), message: text })),
  notEvaluated: z.array(
    z.object({
      subject: text,
      reason: text,
      affected: z.literal(true).exactOptional(),
      option: text.exactOptional(),
    }),
  ),
  simulated: z.array(text),
  infrastructure: z
    .object({
      stack: text,
      steps: z.array(
        z.object({
          operation: z.enum(["create", "update", "replace", "delete", "read", "refresh", "import"]),
          urn: text,
          type: text,
          name: text,
          properties: z.array(text),
        }),
      ),
      diagnostics: z.array(z.object({ level: z.enum(["warning", "error"]), message: text })),
    })
    .exactOptional(),
  duration: z.number(),
}) satisfies z.ZodType<Report>;

/**
 * A report from its JSON.
 *
 * @param where file, for errors
 * @throws UserError for what is no report of this version, or not all of one
 */
export function parseReport(json: string, where: string): Report {
  const fix = "make it again: npx timonier rehearse --format json > report.json";
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new UserError("the report is no JSON, or it is cut", where, fix);
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `this is no report: ${issue?.path.map(String).join(".") || "all of it"}: ${issue?.message}`,
    where,
    fix,
  );
}
