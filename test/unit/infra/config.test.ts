import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formerSettings, parseConfig, settings } from "../../../infra/config.js";
import { engineConfig } from "../../../infra/project-config.js";

const project = parse(readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8")) as {
  config: Record<string, { type?: string; description: string; default?: unknown }>;
};
/** As the engine hands it to the program. */
const defaults = engineConfig(project, {});
const embedded = { ...defaults, "timonier:cluster": "embedded" };

describe("settings", () => {
  test("are the same in Pulumi.yaml and in the schemas: names, descriptions, defaults", () => {
    const described = Object.entries(settings.shape).map(([key, field]) => {
      const { data } = field.safeParse(undefined);
      return [key, { description: field.description, ...(data !== undefined && { default: data }) }];
    });
    const written = Object.entries(project.config).map(([key, { type: _, ...rest }]) => [key, rest]);
    expect(written).toEqual(described);
    for (const { description } of Object.values(project.config)) expect(description).toMatch(/\S/);
  });

  test("lists and maps have no type in Pulumi.yaml, since Pulumi would reject their former text; all others have one", () => {
    for (const [key, { type, default: value }] of Object.entries(project.config)) {
      expect(type === undefined, key).toBe(typeof value === "object");
    }
  });

  test("a stack without Pulumi's defaults gets the same values from the schemas", () => {
    expect(parseConfig({ "timonier:cluster": "embedded" }, "embedded")).toEqual(parseConfig(embedded, "embedded"));
  });

  test("Pulumi.yaml's defaults are valid, and the cluster has the stack's name", () => {
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

  test("of other packages are ignored", () => {
    expect(() => parseConfig({ ...embedded, "gitlab:token": "x", "aws:region": "y" }, "embedded")).not.toThrow();
  });

  test("that are wrong are reported together, each with what is expected", () => {
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

  test("a stack without a kind of cluster gets the list of kinds", () => {
    expect(() => parseConfig(defaults, "x")).toThrow(
      /cluster: expected "embedded" or "existing" or "eks" or "minikube", got nothing/,
    );
  });
});

describe("an EKS cluster's settings", () => {
  const eks = { ...defaults, "timonier:cluster": "eks", "aws:region": "eu-central-1" };

  test("the default: Auto Mode in a VPC of its own", () => {
    expect(parseConfig(eks, "eks").cluster).toEqual({
      ...{ kind: "eks", name: "eks", region: "eu-central-1", profile: undefined, kubernetesVersion: "1.35" },
      ...{ network: { kind: "own", cidr: "10.0.0.0/16" }, nodes: { kind: "auto" } },
      ...{ adminRoles: [], publicCidrs: [], apiSources: [] },
      ...{ logTypes: ["api", "audit", "authenticator"], tags: {} },
    });
  });

  const structured = {
    eksSubnetIds: ["subnet-0a", "subnet-0b"],
    eksTags: { team: "platform", note: "a=b", cost: 1234 },
    eksApiSources: ["10.8.0.0/16", "sg-0a1b"],
    eksNodes: "managed",
    "aws:profile": "team",
  };
  const expected = {
    ...{ profile: "team", network: { kind: "given", subnetIds: ["subnet-0a", "subnet-0b"] } },
    apiSources: ["10.8.0.0/16", "sg-0a1b"],
    tags: { team: "platform", note: "a=b", cost: "1234" },
    nodes: { kind: "managed", instanceType: "m7i.large", count: 2 },
  };

  test("lists and maps are Pulumi's, as the engine passes them", () => {
    const raw = { ...eks, ...engineConfig({}, structured) };
    expect(parseConfig(raw, "eks").cluster).toMatchObject(expected);
    expect(formerSettings(raw)).toEqual([]);
  });

  test("lists and maps as comma-separated text are still read, with a warning that shows the new form", () => {
    const former = {
      "timonier:eksSubnetIds": "subnet-0a, subnet-0b",
      "timonier:eksTags": "team=platform,note=a=b,cost=1234",
      "timonier:eksApiSources": "10.8.0.0/16, sg-0a1b",
      "timonier:eksAdminRoles": "",
      "timonier:eksNodes": "managed",
      "aws:profile": "team",
    };
    expect(parseConfig({ ...eks, ...former }, "eks").cluster).toMatchObject(expected);
    expect(formerSettings({ ...eks, ...former })).toEqual([
      'setting eksSubnetIds: comma-separated text is deprecated, write timonier:eksSubnetIds: ["subnet-0a","subnet-0b"]',
      'setting eksApiSources: comma-separated text is deprecated, write timonier:eksApiSources: ["10.8.0.0/16","sg-0a1b"]',
      'setting eksTags: comma-separated text is deprecated, write timonier:eksTags: {"team":"platform","note":"a=b","cost":"1234"}',
    ]);
  });

  test.each([
    ["eksPublicCidrs", "0.0.0.0/0"],
    ["eksPublicCidrs", "203.0.113.7"],
    ["eksPublicCidrs", '["0.0.0.0/0"]'],
    ["eksPublicCidrs", '{"a":"203.0.113.0/24"}'],
    ["eksTags", '["team"]'],
    ["eksApiSources", "10.8.0.0"],
    ["eksApiSources", "vpc-1"],
    ["eksVpcCidr", "10.0.0.0/20"],
    ["eksVpcCidr", "8.8.0.0/16"],
    ["eksAdminRoles", "platform"],
    ["eksLogTypes", "api,all"],
    ["eksTags", "team"],
    ["eksVersion", "v1.35"],
    ["eksSubnetIds", "vpc-1"],
  ])("%s is not %s", (key, value) => {
    expect(() => parseConfig({ ...eks, [`timonier:${key}`]: value }, "eks")).toThrow(
      new RegExp(`${key}: expected .*got`),
    );
  });

  test("need a region, and subnets in two zones: reported with all other validation errors", () => {
    const { "aws:region": _, ...nowhere } = eks;
    const wrong = { ...nowhere, "timonier:eksSubnetIds": "subnet-0a", "timonier:visibility": "secret" };
    expect(() => parseConfig(wrong, "eks")).toThrow(
      expect.objectContaining({
        what: expect.stringMatching(
          /^3 settings are wrong:[\s\S]*eksSubnetIds: expected subnets in two zones at least[\s\S]*visibility: [\s\S]*aws:region: expected a region such as eu-central-1, got nothing/,
        ),
      }),
    );
    expect(() => parseConfig(nowhere, "eks")).toThrow("a setting is wrong:\n    aws:region: expected a region");
  });
});
