import { createHash } from "node:crypto";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { graveChanges, isGraveStep, isUnready, orderedSteps } from "./digest.js";
import type { ObjectChange, Provenance, Report } from "./model.js";
import { clip, oneLine } from "./text.js";

type Severity = "info" | "minor" | "major" | "critical" | "blocker";

/** One entry of the report. @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
interface Violation {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

interface Issue {
  readonly check: string;
  /** Object or subject. Together with the check it identifies the issue, independent of its text and line. */
  readonly subject: string;
  readonly severity: Severity;
  readonly description: string;
  readonly place: Provenance;
}

/** The report that GitLab shows beside the lines of a merge request's diff. */
export function renderCodeQuality(
  report: Report,
  manifest: (change: ObjectChange) => Provenance | undefined = () => undefined,
) {
  const found = [
    ...changes(report, manifest),
    ...reconciliations(report),
    ...otherIssues(report),
    ...infrastructure(report),
  ];
  const seen = new Map<string, number>();
  const violations = found.map(({ check, subject, severity, description, place }): Violation => {
    const name = `${check}\0${subject}`;
    const twin = seen.get(name) ?? 0;
    seen.set(name, twin + 1);
    return {
      description: clip(oneLine(description), 1_000),
      check_name: `timonier/${check}`,
      // GitLab shows one entry for each fingerprint.
      fingerprint: createHash("sha256")
        .update(twin === 0 ? name : `${name}\0${twin}`)
        .digest("hex"),
      severity,
      location: { path: relative(place.file), lines: { begin: Math.max(1, Math.trunc(place.line)) } },
    };
  });
  return `${JSON.stringify(violations, undefined, 2)}\n`;
}

function changes(report: Report, manifest: (change: ObjectChange) => Provenance | undefined): Issue[] {
  return graveChanges(report).map((change) => {
    const { action, dataLoss, ref, message, provenance } = change;
    const name = refName(ref);
    return {
      check: dataLoss ? "data-loss" : action,
      subject: subject(ref),
      severity: dataLoss ? "critical" : action === "rejected" ? "blocker" : "major",
      description: `${name} ${verbs[action]}${dataLoss ? ", and its data is lost" : ""}${message === undefined ? "" : `: ${message}`}`,
      place: provenance ?? manifest(change) ?? standIn(ref),
    };
  });
}

const verbs = {
  created: "is created",
  updated: "is updated",
  recreated: "is deleted and recreated",
  pruned: "is pruned",
  deleted: "is deleted",
  rejected: "is rejected",
} as const;

function reconciliations(report: Report): Issue[] {
  return report.reconciliations.filter(isUnready).map((one) => ({
    check: "not-ready",
    subject: subject(one.ref),
    severity: "blocker",
    description: [`${refName(one.ref)} is not Ready`, one.reason, one.message]
      .filter((part) => part !== undefined)
      .join(": "),
    place: placeOf(report, one.ref),
  }));
}

function otherIssues(report: Report): Issue[] {
  const policies = report.policies.map(
    ({ policy, ref, level, message }): Issue => ({
      check: `policy/${policy}`,
      subject: subject(ref),
      severity: level === "fatal" ? "critical" : "minor",
      description: `${refName(ref)}: ${message}`,
      place: placeOf(report, ref),
    }),
  );
  const unknown = report.notEvaluated.map(
    ({ subject, reason }): Issue => ({
      check: "not-evaluated",
      subject,
      severity: "info",
      description: `${subject} was not evaluated: ${reason}`,
      place: { file: "not-evaluated", line: 1 },
    }),
  );
  const error: Issue[] = report.error
    ? [
        {
          check: "no-answer",
          subject: "",
          severity: "blocker",
          description: `${report.error.what} (${report.error.where})`,
          place: { file: "rehearsal", line: 1 },
        },
      ]
    : [];
  return [...policies, ...unknown, ...error];
}

function infrastructure(report: Report): Issue[] {
  const place = { file: "Pulumi.yaml", line: 1 };
  const errors = (report.infrastructure?.diagnostics ?? [])
    .filter(({ level }) => level === "error")
    .map(
      ({ message }): Issue => ({
        check: "pulumi-error",
        subject: message,
        severity: "blocker",
        description: message,
        place,
      }),
    );
  const steps = orderedSteps(report)
    .filter(isGraveStep)
    .map(
      ({ operation, urn, name, type }): Issue => ({
        check: `pulumi-${operation}`,
        subject: urn,
        severity: "major",
        description: `pulumi up: ${operation} ${name} (${type})`,
        place,
      }),
    );
  return [...errors, ...steps];
}

function subject({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return [apiVersion.split("/")[0], kind, namespace ?? "", name].join("/");
}

/** Provenance of the object of that name, when it changes. */
function placeOf({ changes }: Report, ref: ObjectRef): Provenance {
  return changes.find((change) => subject(change.ref) === subject(ref))?.provenance ?? standIn(ref);
}

/** GitLab requires a path: the object's name replaces an unknown one. */
function standIn({ kind, namespace, name }: ObjectRef): Provenance {
  return { file: [namespace, kind, name].filter((part) => part).join("/"), line: 1 };
}

/** GitLab rejects paths outside of the repository. */
function relative(path: string): string {
  return path.replace(/^(\.{0,2}\/)+/, "") || "unknown";
}
