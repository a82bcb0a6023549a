import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { type Report, schemaVersion } from "./model.js";

const ready = z.enum(["True", "False", "Unknown"]);
const text = z.string();
const ref = z.object({ apiVersion: text, kind: text, namespace: text.optional(), name: text });
const revision = z.object({ ref: text, sha: text.exactOptional() });

const share = z.object({ evaluated: z.number(), all: z.number() });

/** The model as a schema. `satisfies` makes the compiler compare it with the type. */
const schema = z.object({
  schemaVersion: z.literal(schemaVersion),
  verdict: z.enum(["safe", "unknown", "destructive", "rejected", "unable"]),
  base: revision,
  head: revision,
  error: z.object({ what: text, where: text, fix: text }).exactOptional(),
  coverage: z.object({ files: share, reconciliations: share, objects: share }).exactOptional(),
  promotion: z
    .object({
      ...{ from: text, to: text, waits: z.array(text) },
      applications: z.array(
        z.object({
          name: text,
          revision: text.exactOptional(),
          program: text.exactOptional(),
          readyFor: z.number().exactOptional(),
        }),
      ),
    })
    .exactOptional(),
  flux: z.object({ cluster: text, rehearsed: text }).exactOptional(),
  changes: z.array(
    z.object({
      ref,
      action: z.enum(["created", "updated", "recreated", "pruned", "deleted", "rejected"]),
      dataLoss: z.boolean(),
      message: text.exactOptional(),
      owner: text.exactOptional(),
      formerOwner: text.exactOptional(),
      diff: text,
      provenance: z.object({ file: text, line: z.number() }).exactOptional(),
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

/** Says which version a report of another timonier has, because its fields would only look like mistakes. */
function rejectOtherVersion(parsed: unknown, where: string, fix: string): void {
  if (typeof parsed !== "object" || parsed === null) return;
  const { schemaVersion: found, version } = parsed as { schemaVersion?: unknown; version?: unknown };
  const other = found ?? version;
  if (typeof other !== "number" || found === schemaVersion) return;
  throw new UserError(
    `the report has schema version ${other}; this timonier reads version ${schemaVersion}`,
    where,
    fix,
    { code: "TIM-718" },
  );
}

/**
 * A report from its JSON.
 *
 * @param where file, for errors
 * @throws UserError for anything but a complete report of {@link schemaVersion}
 */
export function parseReport(json: string, where: string): Report {
  const fix = "create it again: npx timonier rehearse --format json > report.json";
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new UserError("the report is not JSON, or it is truncated", where, fix, { code: "TIM-717" });
  }
  rejectOtherVersion(parsed, where, fix);
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `this is not a report: ${issue?.path.map(String).join(".") || "the whole file"}: ${issue?.message}`,
    where,
    fix,
    { code: "TIM-718" },
  );
}
