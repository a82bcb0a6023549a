import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSettings } from "../../../apps/settings.js";
import { readSettings, settingsFile } from "../../../apps/settings-file.js";
import { UserError } from "../../../packages/kit/user-error.js";

const committed = readFileSync(settingsFile, "utf8");

/** What is refused about a text. */
function refused(text: string): UserError {
  try {
    parseSettings(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

test("the committed settings are the document's", async () => {
  const { nginx, delivery, application } = await readSettings();
  expect(nginx).toMatchObject({ image: "nginx:1.14.2", replicas: 3, port: 80 });
  expect(nginx.minReady.toSeconds()).toBe(5);
  expect(delivery.namespace).toBe("default");
  expect(delivery.interval.toMinutes()).toBe(1);
  expect(application.branch).toBe("main");
});

test("all faults are reported at once, each under its path", () => {
  // GIVEN
  const text = `
application: { url: gitlab.com/x, brnch: main }
delivery: 3
nginx:
  image: nginx
  replicas: -1
  minReady: 1 minute
  port: "80"
ngnix: {}
`;
  // WHEN
  const { what, where } = refused(text);
  // THEN
  expect(where).toBe("apps/settings.yaml");
  expect(what.split("\n").map((line) => line.trim())).toEqual([
    "9 settings are wrong:",
    'application.url: expected https://HOST/PATH.git, got "gitlab.com/x"',
    "application.branch: expected the name of a branch, got nothing",
    'application.brnch: unknown; did you mean "branch"?',
    "delivery: expected a section, got 3",
    'nginx.image: expected an image with its tag, NAME:TAG, got "nginx"',
    "nginx.replicas: expected a whole number from 0 to 10000, got -1",
    'nginx.minReady: expected a duration like "1m" or "1h30m", got "1 minute"; did you mean "1m"?',
    'nginx.port: expected a whole number from 1 to 65535, got "80"',
    'ngnix: unknown; did you mean "nginx"?',
  ]);
});

test.each([
  ["replicas: 3", "replicas: 2.5", "nginx.replicas: expected a whole number from 0 to 10000, got 2.5"],
  ["replicas: 3", "replicas:", "nginx.replicas: expected a whole number from 0 to 10000, got null"],
  ["  replicas: 3\n", "", "nginx.replicas: expected a whole number from 0 to 10000, got nothing"],
  ["interval: 1m", "interval: 0s", 'delivery.interval: expected a duration longer than zero, got "0s"'],
  ["interval: 1m", "interval: 60", 'delivery.interval: expected a duration like "1m" or "1h30m", got 60'],
  ["namespace: default", "namespace: De_fault", "delivery.namespace: expected at most 63 lower-case letters"],
  ["port: 80", "colour: red\n  port: 80", "nginx.colour: unknown; known here: image, replicas, minReady, port"],
])("%j changed to %j is refused", (from, to, message) => {
  expect(committed).toContain(from);
  expect(refused(committed.replace(from, to)).what).toContain(message);
});

test("broken YAML is refused with the line", () => {
  expect(refused("nginx:\n  image: [\nport: 1").what).toMatch(/at line \d+, column \d+/);
});

test.each([
  ["nobody", "nginx: *nobody", /Unresolved alias/],
  ["itself", "nginx: &nginx { image: *nginx }", /circular structure|Unresolved alias/],
])("an alias of %s is refused", (_, text, message) => {
  expect(refused(text).what).toMatch(message);
});

test("a repeated key is refused", () => {
  expect(refused(`${committed}\nnginx: {}\n`).what).toMatch(/Map keys must be unique/);
});

test("an empty file is refused as a whole", () => {
  expect(refused("").what).toBe("a setting is wrong:\n    the settings: expected a section, got null");
});

test("a missing file is an error with its name and the fix", async () => {
  await expect(readSettings("/nowhere/settings.yaml")).rejects.toThrow(/cannot be read \(ENOENT\)[\s\S]*\/nowhere/);
});

test("whatever the file says, it is accepted or refused with a UserError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string().map((junk) => `${committed}${junk}`),
      ),
      (text) => {
        try {
          parseSettings(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    ),
  );
});
