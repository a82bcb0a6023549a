import { stripVTControlCharacters } from "node:util";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { isGraveStep } from "./digest.js";
import type { InfrastructurePlan, InfrastructureStep, Report, Verdict } from "./model.js";

/** The part of the output that is read. Values of properties are in the output as well, and are ignored. */
const digest = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: z.unknown().optional(),
        diffReasons: z.array(z.string()).nullish(),
        replaceReasons: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z.array(z.object({ message: z.string(), severity: z.string() })).nullish(),
  // Every output has it near its end: without it the file is truncated, or it is another file.
  changeSummary: z.record(z.string(), z.number()).nullable(),
});

type Digest = z.output<typeof digest>;
type RawStep = NonNullable<Digest["steps"]>[number];

/**
 * What `pulumi up` would do, from the standard output of `pulumi preview --json`; also of one that failed.
 *
 * Contains names of properties only, never their values.
 *
 * @param stack name for a preview that has no step @default "unknown"
 * @throws UserError for anything but a complete output
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/
 */
export function parsePreview(text: string, stack = "unknown"): InfrastructurePlan {
  const { steps, diagnostics } = read(text);
  return {
    stack: steps?.map(({ urn }) => urnParts(urn).stack).find((name) => name !== "") ?? stack,
    steps: merged(steps ?? []),
    diagnostics: once(diagnostics ?? []),
  };
}

/** The engine repeats the diagnostics of a resource with each of its steps. */
function once(all: NonNullable<Digest["diagnostics"]>): InfrastructurePlan["diagnostics"] {
  const found = new Map<string, InfrastructurePlan["diagnostics"][number]>();
  for (const { severity: level, message } of all) {
    if (level !== "warning" && level !== "error") continue;
    found.set(`${level} ${message}`, { level, message: plain(message) });
  }
  return [...found.values()];
}

function read(text: string): Digest {
  const invalid = (what: string) =>
    new UserError(
      what,
      "the output of `pulumi preview --json`",
      "run it again, and redirect standard output only: pulumi preview --json > preview.json",
      { code: "TIM-630" },
    );
  if (text.trim() === "") throw invalid("the preview is empty: it did not run");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Without a cause: the parser's message quotes the text, which may contain a secret.
    throw invalid("the preview is not JSON, or it is truncated");
  }
  const result = digest.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(
    `the preview has an unexpected form: ${issue?.path.map(String).join(".") || "the whole file"}: ${issue?.code}`,
  );
}

/** A message without colour codes and without the prefix that repeats its level. */
function plain(message: string): string {
  return stripVTControlCharacters(message.replace(/<\{%[^%]*%\}>/g, ""))
    .replace(/^(error|warning): /, "")
    .trim();
}

/** One step for each resource: the engine reports a replacement as three. */
function merged(raw: readonly RawStep[]): readonly InfrastructureStep[] {
  const byUrn = new Map<string, { operation: InfrastructureStep["operation"]; from: RawStep[] }>();
  for (const step of raw) {
    const operation = operationOf(step);
    if (!operation) continue;
    const known = byUrn.get(step.urn);
    if (!known) byUrn.set(step.urn, { operation, from: [step] });
    else {
      known.from.push(step);
      if (operation !== known.operation) known.operation = "replace";
    }
  }
  return [...byUrn].map(([urn, { operation, from }]) => ({
    operation,
    urn,
    ...named(urn),
    properties: properties(from),
  }));
}

/**
 * @returns undefined when the resource does not change
 *
 * @see https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/
 */
function operationOf({ op, oldState }: RawStep): InfrastructureStep["operation"] | undefined {
  switch (op) {
    case "same":
    case "discard":
    case "remove-pending-replace":
      return undefined;
    case "create":
    case "update":
    case "delete":
    case "import":
    case "refresh":
      return op;
    case "read":
      return oldState === undefined || oldState === null ? "read" : undefined;
    case "replace":
    case "create-replacement":
    case "delete-replaced":
    case "import-replacement":
    case "read-replacement":
    case "discard-replaced":
      return "replace";
    default:
      throw new UserError(
        `an unknown operation in the preview: ${JSON.stringify(op)}`,
        "the output of `pulumi preview --json`",
        "use the version of pulumi that this checkout brings: npx timonier env",
        { code: "TIM-631" },
      );
  }
}

/** Names of changed properties, those that force a replacement first. */
function properties(steps: readonly RawStep[]): readonly string[] {
  const forcing = steps.flatMap(({ replaceReasons, detailedDiff }) => [
    ...Object.entries(detailedDiff ?? {})
      .filter(([, { kind }]) => kind.endsWith("-replace"))
      .map(([path]) => path),
    ...(replaceReasons ?? []),
  ]);
  const differing = steps.flatMap(({ detailedDiff, diffReasons }) =>
    detailedDiff && Object.keys(detailedDiff).length > 0 ? Object.keys(detailedDiff) : (diffReasons ?? []),
  );
  return [...new Set([...forcing, ...differing])];
}

/**
 * `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
function urnParts(urn: string): { stack: string; type: string; name: string } {
  const [head = "", , types = "", ...name] = urn.split("::");
  return { stack: head.replace(/^urn:pulumi:/, ""), type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function named(urn: string): { type: string; name: string } {
  const { type, name } = urnParts(urn);
  return { type, name };
}

/**
 * A report with the infrastructure. The verdict covers both halves: a deleted or replaced resource
 * is destructive, a preview that fails is rejected. A rehearsal that could not run keeps its
 * verdict.
 */
export function withInfrastructure(report: Report, plan: InfrastructurePlan): Report {
  return { ...report, infrastructure: plan, verdict: verdictOn(report.verdict, plan) };
}

function verdictOn(verdict: Verdict, { steps, diagnostics }: InfrastructurePlan): Verdict {
  if (verdict === "unable") return verdict;
  if (diagnostics.some(({ level }) => level === "error")) return "rejected";
  const isOpen = verdict === "safe" || verdict === "unknown";
  return isOpen && steps.some(isGraveStep) ? "destructive" : verdict;
}
