import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type DecisionRecord, indexFile, parseRecord, readRecords, renderIndex } from "./records.js";

const texts = readRecords();
const records = [...texts].map(([file, text]) => parseRecord(file, text));
const numbers = new Set(records.map(({ number }) => number));

const example: DecisionRecord = {
  file: "0001-one.md",
  number: "0001",
  title: "One",
  status: "accepted",
  date: "2026-11-23",
  area: "gitlab",
};
const exampleText = "# 0001: One\n\n- Status: accepted\n- Date: 2026-11-23\n- Area: gitlab\n\n## Context\n";

test("a head gives number, title, status, date and area", () => {
  expect(parseRecord("0001-one.md", exampleText)).toEqual(example);
});

test.each([
  ["no status", exampleText.replace("- Status: accepted\n", "")],
  ["a status that no record has", exampleText.replace("accepted", "perhaps")],
  ["no date", exampleText.replace("2026-11-23", "November")],
  ["an area that the index lacks", exampleText.replace("gitlab", "weather")],
  ["no number", exampleText.replace("# 0001: ", "# ")],
])("a head with %s is an error that names the file", (_, text) => {
  expect(() => parseRecord("0001-one.md", text)).toThrow("docs/decisions/0001-one.md");
});

test("the index has a table for each area that has a record, in the order of the areas", () => {
  const page = renderIndex([
    { ...example, status: "superseded by 0002" },
    { ...example, file: "0002-two.md", number: "0002", title: "Two", area: "program" },
  ]);
  expect(page.match(/^##? .*|^\| \[.*/gm)).toEqual([
    "# Decision records",
    "## The command line, the Pulumi program and its state",
    "| [0002](0002-two.md) | Two | accepted | 2026-11-23 |",
    "## Repositories, tokens and the GitLab provider",
    "| [0001](0001-one.md) | One | superseded by 0002 | 2026-11-23 |",
  ]);
});

test("docs/decisions/README.md lists the records", () => {
  if (process.env.TIMONIER_WRITE_DOCS) writeFileSync(indexFile, renderIndex(records));
  expect(readFileSync(indexFile, "utf8")).toBe(renderIndex(records));
});

test("a number belongs to one record, and is the one in its file name", () => {
  expect(records.map(({ file }) => file.slice(0, 4))).toEqual(records.map(({ number }) => number));
  expect(numbers.size).toBe(records.length);
});

test("a superseding record exists", () => {
  const successors = records.flatMap(({ status }) => /\d{4}/.exec(status) ?? []);
  expect(successors.filter((number) => !numbers.has(number))).toEqual([]);
});

test.each([...texts])("%s has the sections in their order", (_, text) => {
  const sections: readonly string[] = text.match(/(?<=^## ).+$/gm) ?? [];
  const known = ["Context", "Decision", "Alternatives", "Measurements", "Consequences"];
  expect(sections).toContain("Decision");
  expect(sections).toEqual(known.filter((section) => sections.includes(section)));
});

test.each([...texts])("%s names records that exist", (_, text) => {
  const named = [...text.matchAll(/\b[Dd]ecisions? (\d{4})\b|\[(\d{4})\]/g)].map(
    ([, first, second]) => first ?? second,
  );
  expect(named.filter((number) => number !== undefined && !numbers.has(number))).toEqual([]);
});
