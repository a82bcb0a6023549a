import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig, settings } from "../../../infra/config.js";

const project = parse(readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8")) as {
  config: Record<string, { type: string; description: string; default?: unknown }>;
};
/** As the engine hands it to the program: defaults filled in, everything a string. */
const defaults = Object.fromEntries(
  Object.entries(project.config)
    .filter(([, { default: value }]) => value !== undefined)
    .map(([key, { default: value }]) => [`timonier:${key}`, String(value)]),
);
const embedded = { ...defaults, "timonier:cluster": "embedded" };

describe("settings", () => {
  test("are the same in Pulumi.yaml and in the schema, each described", () => {
    expect(Object.keys(project.config)).toEqual(Object.keys(settings.shape));
    for (const { description } of Object.values(project.config)) expect(description).toMatch(/\S/);
  });

  test("Pulumi.yaml's defaults are valid, and the cluster is called like the stack", () => {
    const config = parseConfig(embedded, "embedded");
    expect(config).toMatchObject({
      cluster: { kind: "embedded", name: "embedded" },
      gitlab: { kind: "embedded" },
      branch: "main",
      visibility: "private",
      tokenDays: 90,
      timeout: 300_000,
    });
  });

  test("of other packages are none of ours", () => {
    expect(() => parseConfig({ ...embedded, "gitlab:token": "x", "aws:region": "y" }, "embedded")).not.toThrow();
  });

  test("that are wrong are refused all at once, with what is expected", () => {
    const wrong = {
      ...embedded,
      "timonier:visibility": "secret",
      "timonier:tokenDays": "1.5",
      "timonier:gitlabUrl": "gitlab",
      "timonier:branhc": "main",
    };
    expect(() => parseConfig(wrong, "embedded")).toThrow(
      expect.objectContaining({
        what: expect.stringMatching(
          /4 settings are wrong[\s\S]*gitlabUrl: expected an address[\s\S]*visibility: expected "private" or "internal" or "public", got "secret"[\s\S]*tokenDays: expected a whole number from 3 to 365, got "1.5"[\s\S]*branhc: unknown; did you mean "branch"\?/,
        ),
        where: "configuration of stack embedded",
      }),
    );
  });

  test("a stack without a kind of cluster is told which there are", () => {
    expect(() => parseConfig(defaults, "x")).toThrow(/cluster: expected "embedded" or "existing", got nothing/);
  });
});
