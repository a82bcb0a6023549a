import { bad, good } from "../terminal.js";
import { table } from "../text-table.js";
import type { ApplicationState, EnvironmentApplication } from "./application-states.js";
import type { EnvironmentStatus, EnvironmentsReport } from "./environments-report.js";

/** Formats the report as tables. @param now of the ages */
export function renderEnvironments(report: EnvironmentsReport, now: Date): string {
  const { environments, applications, ahead, waiting, problems, ok } = report;
  const columns = environments.flatMap(({ name }) => [name.toUpperCase(), "PROGRAM", "REVISION", "AGE"]);
  const parts = [
    table(["ENVIRONMENT", "STACKS"], environments.map(environmentRow)),
    table(
      ["APPLICATION", ...columns],
      applications.map(({ name, environments: each }) => [name, ...each.flatMap((one) => cells(one, now))]),
    ),
    [
      ...ahead.map(({ environment, of, applications: differing, removed }) => {
        const names = [...differing, ...removed.map((name) => `${name} (removed)`)];
        return `${environment} is ahead of ${of}: ${names.join(", ")}`;
      }),
      ...waiting.map(({ environment, message }) => `${environment} waits for ${message}`),
    ].join("\n"),
    ok ? good("no problems") : problems.map((problem) => bad(`! ${problem}`)).join("\n"),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function environmentRow({ name, stacks }: EnvironmentStatus): string[] {
  const each = stacks.map(({ stack, state }) => (state === "running" ? stack : bad(`${stack} (${state})`)));
  return [name, each.length === 0 ? bad("none") : each.join(", ")];
}

const WORDS: Readonly<Record<ApplicationState, string>> = {
  ready: "Ready",
  "not-ready": "not Ready",
  unknown: "unknown",
  absent: "absent",
  excluded: "excluded",
};

function cells({ state, program, uncommitted, revision, since, clusters }: EnvironmentApplication, now: Date) {
  const word = state === "ready" ? good(WORDS[state]) : state === "not-ready" ? bad(WORDS[state]) : WORDS[state];
  const differ = new Set(clusters.flatMap((one) => one.revision ?? [])).size > 1;
  return [
    word,
    program === undefined ? "" : `${program.slice(0, 8)}${uncommitted ? "+" : ""}`,
    revision?.slice(0, 8) ?? (differ ? "several" : ""),
    since === undefined ? "" : shortAge(now.getTime() - Date.parse(since)),
  ];
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
] as const;

/** A time in its largest unit, rounded down: `42m`. */
export function shortAge(milliseconds: number): string {
  const found = UNITS.find(([, length]) => milliseconds >= length);
  if (found) return `${Math.floor(milliseconds / found[1])}${found[0]}`;
  return `${Math.max(0, Math.floor(milliseconds / 1_000))}s`;
}
