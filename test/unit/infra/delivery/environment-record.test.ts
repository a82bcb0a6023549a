import { expect, test } from "vitest";
import { parseEnvironments } from "../../../../apps/environments.js";
import { readSettingsFiles } from "../../../../apps/settings-file.js";
import { recordOf, withRecord } from "../../../../infra/delivery/environment-record.js";

const { settings } = await readSettingsFiles();
const files = (production: number, text = settings) => ({
  settings: text,
  environments: `environments:
  - name: staging
  - { name: production, settings: { nginx: { replicas: ${production} } } }
`,
});
const program = { sha: "1".repeat(40), uncommitted: false };
const record = (read: ReturnType<typeof files>, ...[commit]: [Parameters<typeof recordOf>[2]] | []) =>
  recordOf(read, parseEnvironments(read.environments)[0] as never, commit).get("nginx");

test("it names the commit, and where the application is", () => {
  expect(record(files(5), program)).toMatchObject({ program: program.sha, folder: "infra", kustomization: "myapp" });
  expect(record(files(5), program)).not.toHaveProperty("uncommitted");
  expect(record(files(5), { ...program, uncommitted: true })).toMatchObject({ uncommitted: true });
  expect(record(files(5))).not.toHaveProperty("program");
});

test("a change of a later environment is noticed, and a change that renders the same is not", () => {
  const digest = record(files(5))?.synthesis;
  expect(record(files(6))?.synthesis).not.toBe(digest);
  expect(record(files(5, settings.replace("interval: 1m", "interval: 2m")))?.synthesis).not.toBe(digest);
  expect(record(files(5, `${settings}# a comment\n`))?.synthesis).toBe(digest);
  expect(record(files(5), { sha: "2".repeat(40), uncommitted: false })?.synthesis).toBe(digest);
});

test("it is a file in the environment's folder", () => {
  const tree = withRecord(new Map(), "staging", new Map());
  expect([...tree]).toEqual([
    ["environments/staging/.timonier-program.json", '{\n  "version": 1,\n  "applications": {}\n}\n'],
  ]);
});
