import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../packages/kit/state-folder.js";

/** Folder of the decision records. */
export const recordsFolder = join(checkout, "docs/decisions");

/** Page that {@link renderIndex} writes. */
export const indexFile = join(recordsFolder, "README.md");

/** Areas in the order of the index, with what each covers. */
export const areas = {
  program: "The command line, the Pulumi program and its state",
  toolchain: "Where Node.js and the other tools come from",
  clusters: "Kinds of cluster, and Flux in them",
  gitlab: "Repositories, tokens and the GitLab provider",
  simulators: "The embedded GitLab and the embedded cluster",
  manifests: "From apps/ to a merge request",
  rehearsal: "What a merge would do",
  reports: "Report, note and gate",
  pipelines: "GitLab CI",
  testing: "Tests and benchmarks",
} as const;

export type Area = keyof typeof areas;

/** Head of one decision record. */
export interface DecisionRecord {
  /** File name: `0001-what-stacks-keep-and-where.md`. */
  readonly file: string;
  /** Four digits. */
  readonly number: string;
  readonly title: string;
  /** `accepted`, `deprecated` or `superseded by NNNN`. */
  readonly status: string;
  /** Day on which the record was added: `2026-11-23`. */
  readonly date: string;
  readonly area: Area;
}

const head =
  /^# (?<number>\d{4}): (?<title>.+)\n\n- Status: (?<status>.+)\n- Date: (?<date>\d{4}-\d{2}-\d{2})\n- Area: (?<area>\w+)\n\n/;

/**
 * Reads the head of a record.
 * @throws UserError for a head of another form
 */
export function parseRecord(file: string, text: string): DecisionRecord {
  const found = head.exec(text)?.groups;
  const {
    number = "",
    title = "",
    status = "",
    date = "",
    area = "",
  }: Record<string, string | undefined> = found ?? {};
  if (!found || !/^(accepted|deprecated|superseded by \d{4})$/.test(status) || !isArea(area)) {
    throw new Error(
      `docs/decisions/${file} does not have the head of the other records: begin it with "# NNNN: Title" and the lines "- Status: accepted", "- Date: YYYY-MM-DD" and "- Area: NAME"; areas are ${Object.keys(areas).join(", ")}`,
    );
  }
  return { file, number, title, status, date, area };
}

/** Text of every record, by file name. */
export function readRecords(): ReadonlyMap<string, string> {
  const files = readdirSync(recordsFolder).filter((file) => /^\d{4}-.*\.md$/.test(file));
  return new Map(files.sort().map((file) => [file, readFileSync(join(recordsFolder, file), "utf8")]));
}

/** The index page: one table for each area. */
export function renderIndex(records: readonly DecisionRecord[]): string {
  const sections = Object.entries(areas).flatMap(([area, covers]) => {
    const rows = records
      .filter((record) => record.area === area)
      .map(({ file, number, title, status, date }) => `| [${number}](${file}) | ${title} | ${status} | ${date} |`);
    return rows.length === 0
      ? []
      : [`## ${covers}\n\n| number | decision | status | date |\n|---|---|---|---|\n${rows.join("\n")}\n`];
  });
  return `# Decision records

Each page records one decision: its context, what was decided, and what follows from it. \`test/unit/docs/decisions.test.ts\` generates
this index from the heads of the pages: \`TIMONIER_WRITE_DOCS=1 npx vitest run --project unit test/unit/docs\` writes it.

${sections.join("\n")}`;
}

function isArea(name: string): name is Area {
  return Object.hasOwn(areas, name);
}
