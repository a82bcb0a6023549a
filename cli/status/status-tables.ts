import { bad, good } from "../terminal.js";
import { table } from "../text-table.js";
import type { ObjectStatus, StatusReport } from "./status-report.js";

/** Formats the report as tables. */
export function renderStatus(report: StatusReport): string {
  const { cluster } = report;
  const parts = [
    `cluster ${cluster.name}  ${cluster.state === "running" ? good(cluster.state) : bad(cluster.state)}  ${cluster.kubernetesVersion}`.trimEnd(),
    table(
      ["REPOSITORY", "BRANCH", "HEAD", "PUSH"],
      report.repositories.map((one) => [
        one.url,
        one.branch,
        one.head.slice(0, 8),
        one.protected ? good("no one") : bad("open"),
      ]),
    ),
    table(
      ["TOKEN", "USED AS", "SCOPES", "DAYS LEFT"],
      report.tokens.map((one) => [one.name, one.owner, one.scopes.join(" "), String(one.daysLeft ?? "never expires")]),
    ),
    table(["FLUX", "READY", "REVISION", "MESSAGE"], report.flux.map(objectRow)),
    table(["WORKLOAD", "READY", "PODS", "MESSAGE"], report.workloads.map(objectRow)),
    report.ok ? good("everything is Ready") : report.problems.map((problem) => bad(`! ${problem}`)).join("\n"),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function objectRow(one: ObjectStatus): string[] {
  return [
    `${one.kind} ${one.namespace}/${one.name}`,
    one.ready ? good("True") : bad("False"),
    one.revision,
    firstLine(one.message),
  ];
}

function firstLine(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
