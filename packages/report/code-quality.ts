import { createHash } from "node:crypto";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { graveChanges, isGraveStep, isUnready, orderedSteps } from "./digest.js";
import type { ObjectChange, Provenance, Report } from "./model.js";
import { clip, oneLine } from "./text.js";

type Severity = "info" | "minor" | "major" | "critical" | "blocker";

/** One finding. @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
interface Finding {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

interface Found {
  readonly check: string;
  /** What it is about; with the check it names the finding, whatever its words and its line are. */
  readonly subject: string;
  readonly severity: Severity;
  readonly words: string;
  readonly place: Provenance;
}

/** What GitLab shows beside the lines of a merge request's diff. */
export function renderCodeQuality(
  report: Report,
  manifest: (change: ObjectChange) => Provenance | undefined = () => undefined,
) {
  const found = [
    ...changes(report, manifest),
    ...reconciliations(report),
    ...others(report),
    ...infrastructure(report),
  ];
  const seen = new Map<string, number>();
  const findings = found.map(({ check, subject, severity, words, place }): Finding => {
    const name = `${check}\0${subject}`;
    const twin = seen.get(name) ?? 0;
    seen.set(name, twin + 1);
    return {
      description: clip(oneLine(words), 1_000),
      check_name: `timonier/${check}`,
      // GitLab shows one finding for each fingerprint.
      fingerprint: createHash("sha256")
        .update(twin === 0 ? name : `${name}\0${twin}`)
        .digest("hex"),
      severity,
      location: { path: relative(place.file), lines: { begin: Math.max(1, Math.trunc(place.line)) } },
    };
  });
  return `${JSON.stringify(findings, undefined, 2)}\n`;
}

function changes(report: Report, manifest: (change: ObjectChange) => Provenance | undefined): Found[] {
  return graveChanges(report).map((change) => {
    const { action, dataLoss, ref, message, provenance } = change;
    const name = refName(ref);
    return {
      check: dataLoss ? "data-loss" : action,
      subject: subject(ref),
      severity: dataLoss ? "critical" : action === "rejected" ? "blocker" : "major",
      words: `${name} ${verbs[action]}${dataLoss ? ", and its data is lost" : ""}${message === undefined ? "" : `: ${message}`}`,
      place: provenance ?? manifest(change) ?? standIn(ref),
    };
  });
}

const verbs = {
  created: "is created",
  updated: "is updated",
  recreated: "is deleted and made anew",
  pruned: "is pruned",
  deleted: "is deleted",
  rejected: "is refused",
} as const;

function reconciliations(report: Report): Found[] {
  return report.reconciliations.filter(isUnready).map((one) => ({
    check: "not-ready",
    subject: subject(one.ref),
    severity: "blocker",
    words: [`${refName(one.ref)} is not Ready`, one.reason, one.message]
      .filter((part) => part !== undefined)
      .join(": "),
    place: placeOf(report, one.ref),
  }));
}

function others(report: Report): Found[] {
  const policies = report.policies.map(
    ({ policy, ref, level, message }): Found => ({
      check: `policy/${policy}`,
      subject: subject(ref),
      severity: level === "fatal" ? "critical" : "minor",
      words: `${refName(ref)}: ${message}`,
      place: placeOf(report, ref),
    }),
  );
  const unknown = report.notEvaluated.map(
    ({ subject, reason }): Found => ({
      check: "not-evaluated",
      subject,
      severity: "info",
      words: `${subject} was not evaluated: ${reason}`,
      place: { file: "not-evaluated", line: 1 },
    }),
  );
  const error: Found[] = report.error
    ? [
        {
          check: "no-answer",
          subject: "",
          severity: "blocker",
          words: `${report.error.what} (${report.error.where})`,
          place: { file: "rehearsal", line: 1 },
        },
      ]
    : [];
  return [...policies, ...unknown, ...error];
}

function infrastructure(report: Report): Found[] {
  const place = { file: "Pulumi.yaml", line: 1 };
  const errors = (report.infrastructure?.diagnostics ?? [])
    .filter(({ level }) => level === "error")
    .map(
      ({ message }): Found => ({ check: "pulumi-error", subject: message, severity: "blocker", words: message, place }),
    );
  const steps = orderedSteps(report)
    .filter(isGraveStep)
    .map(
      ({ operation, urn, name, type }): Found => ({
        check: `pulumi-${operation}`,
        subject: urn,
        severity: "major",
        words: `pulumi up: ${operation} ${name} (${type})`,
        place,
      }),
    );
  return [...errors, ...steps];
}

function subject({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return [apiVersion.split("/")[0], kind, namespace ?? "", name].join("/");
}

/** Cause of the object of that name, where it changes. */
function placeOf({ changes }: Report, ref: ObjectRef): Provenance {
  return changes.find((change) => subject(change.ref) === subject(ref))?.provenance ?? standIn(ref);
}

/** GitLab wants a path: where none is known, the object's own name is one. */
function standIn({ kind, namespace, name }: ObjectRef): Provenance {
  return { file: [namespace, kind, name].filter((part) => part).join("/"), line: 1 };
}

/** GitLab refuses paths that are not inside of the repository. */
function relative(path: string): string {
  return path.replace(/^(\.{0,2}\/)+/, "") || "unknown";
}
