import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { reveal } from "../../../../packages/provider-host/properties.js";
import { generate, packageFolder, readSchema } from "../../../../sdks/gitlab/generate.js";
import type { PropertySchema } from "../../../../sdks/gitlab/generator/schema.js";
import * as gitlab from "../../../../sdks/gitlab/index.js";

/** The facts about the official provider, beside the checkout: absent in a plain clone. */
const referenceFile = join(
  dirname(fileURLToPath(import.meta.url)),
  "../../../../../shared/reference/gitlab-provider-schema.json",
);

interface Reference {
  readonly config: Record<string, PropertySchema>;
  readonly resources: Record<
    string,
    { required: string[]; inputs: Record<string, PropertySchema>; outputs: string[]; secretOutputs?: string[] }
  >;
  readonly functions: Record<
    string,
    { inputs: Record<string, PropertySchema>; outputs: Record<string, PropertySchema> }
  >;
}

type Resource = new (name: string, args: object, opts?: pulumi.CustomResourceOptions) => pulumi.CustomResource;
type Invoke = (args?: object) => Promise<unknown>;

const byName = gitlab as unknown as Record<string, unknown>;
const nameOf = (token: string) => token.slice(token.lastIndexOf(":") + 1);
const schema = readSchema();

const present = existsSync(referenceFile);
if (!present) console.log(`skipped: ${referenceFile} is not here; it is beside the project's own checkout only`);
const reference: Reference = present
  ? JSON.parse(readFileSync(referenceFile, "utf8"))
  : { config: {}, resources: {}, functions: {} };

describe.skipIf(!present)("schema.json against the official provider", () => {
  test("has the provider's settings", () => {
    expect(schema.config).toEqual(reference.config);
  });

  test("has the same resources, with the same names, types, required, secret and replace flags", () => {
    const ours = Object.entries(schema.resources).map(([token, { required, inputs, outputs, secretOutputs }]) => [
      token,
      { required, inputs, outputs: Object.keys(outputs), ...(secretOutputs && { secretOutputs }) },
    ]);
    expect(Object.fromEntries(ours)).toEqual(reference.resources);
    expect(ours).toHaveLength(18);
  });

  test("has the same functions", () => {
    const ours = Object.entries(schema.functions).map(([token, { inputs, outputs }]) => [token, { inputs, outputs }]);
    expect(Object.fromEntries(ours)).toEqual(reference.functions);
    expect(ours).toHaveLength(5);
  });
});

/** What the engine was asked to register or to call. */
interface Registered {
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  readonly secretInputs: ReadonlySet<string>;
  readonly id: string | undefined;
}

const registered = new Map<string, Registered>();
const calls: Array<{ token: string; inputs: Record<string, unknown> }> = [];

/** A value of the type, with marks where it is nested. */
function sample(type: string): unknown {
  const [, list] = type.match(/^array<(.*)>$/) ?? [];
  if (list) return [sample(list)];
  const [, map] = type.match(/^map<(.*)>$/) ?? [];
  if (map) return { key: sample(map) };
  const nested = schema.types[nameOf(type)];
  if (nested) return samples(nested.properties);
  return { string: "text", boolean: true, integer: 7 }[type];
}

function samples(properties: Readonly<Record<string, PropertySchema>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, sample(type)]));
}

describe("the classes as they register", () => {
  beforeAll(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, type, inputs, id }) => {
        const { values, secrets } = reveal(inputs);
        registered.set(name, {
          type,
          inputs: values,
          secretInputs: secrets,
          id,
        });
        const token = type as keyof typeof schema.resources;
        return { id: id || "1", state: { ...inputs, ...samples(schema.resources[token]?.outputs ?? {}) } };
      },
      call: ({ token, inputs }) => {
        calls.push({ token, inputs });
        return samples(schema.functions[token]?.outputs ?? {});
      },
    });
  });

  /** Options that note the ones a resource ends up with. */
  const watched = () => {
    const seen: pulumi.CustomResourceOptions = {};
    const note: pulumi.ResourceTransformation = (made) => {
      Object.assign(seen, made.opts);
      return undefined;
    };
    return { seen, opts: { transformations: [note] } };
  };

  const settled = <T>(output: pulumi.Output<T>) =>
    new Promise<T>((resolve) => {
      output.apply(resolve);
    });

  test.each(Object.entries(schema.resources))("%s", async (token, described) => {
    const kind = byName[nameOf(token)] as Resource & { isInstance(value: unknown): boolean };
    const args = samples(described.inputs);
    // WHEN made with every input
    const { opts, seen } = watched();
    const made = new kind(`made-${token}`, args, opts);
    await settled(made.urn);
    // THEN the engine gets the token and every input under its own name
    const request = registered.get(`made-${token}`);
    expect(request?.type).toBe(token);
    expect(request?.inputs).toEqual(args);
    expect(kind.isInstance(made)).toBe(true);
    expect(seen.version).toBe(schema.version);
    // AND what the schema says to be secret is so, and nothing else
    expect(seen.additionalSecretOutputs ?? []).toEqual(described.secretOutputs ?? []);
    const secretInputs = Object.keys(described.inputs).filter((name) => described.inputs[name]?.secret);
    expect([...(request?.secretInputs ?? [])].sort()).toEqual(secretInputs.sort());
    // AND each property of the schema is an output
    for (const name of [...Object.keys(described.inputs), ...Object.keys(described.outputs)]) {
      const output = (made as unknown as Record<string, pulumi.Output<unknown>>)[name];
      expect(pulumi.Output.isInstance(output), `${token}.${name} is an output`).toBe(true);
    }
  });

  test.each(Object.entries(schema.resources))("%s misses what is required", (token, { required, inputs }) => {
    const kind = byName[nameOf(token)] as Resource;
    for (const name of required) {
      const { [name]: _, ...others } = samples(inputs);
      expect(() => new kind(`without-${name}`, others)).toThrow(`Missing required property '${name}'`);
    }
  });

  test("looks up an existing resource by its id, without asking for what is required", async () => {
    const found = gitlab.ProjectDeployToken.get("found", "12:34");
    await settled(found.urn);
    expect(registered.get("found")).toMatchObject({ id: "12:34", inputs: {} });
  });

  test.each(Object.entries(schema.functions))("%s in both forms", async (token, { inputs, outputs }) => {
    calls.length = 0;
    const args = samples(inputs);
    const result = await (byName[nameOf(token)] as Invoke)(args);
    expect(calls[0]).toEqual({ token, inputs: args });
    expect(result).toEqual(samples(outputs));
    const lifted = byName[`${nameOf(token)}Output`] as (args: object) => pulumi.Output<unknown>;
    await settled(lifted(args));
    expect(calls[1]).toEqual({ token, inputs: args });
  });

  test("gives the provider its settings as the engine wants them: JSON for what is no string, the token secret", async () => {
    const { opts, seen } = watched();
    const settings = {
      baseUrl: "https://gitlab.example/api/v4/",
      insecure: true,
      retries: 2,
      headers: { "X-A": "b" },
      token: "t",
    };
    const provider = new gitlab.Provider("provider", settings, opts);
    await settled(provider.urn);
    expect(registered.get("provider")).toMatchObject({
      type: "pulumi:providers:gitlab",
      inputs: {
        baseUrl: "https://gitlab.example/api/v4/",
        insecure: "true",
        retries: "2",
        headers: '{"X-A":"b"}',
        token: "t",
      },
    });
    expect([...(registered.get("provider")?.secretInputs ?? [])]).toEqual(["token"]);
    expect(seen.additionalSecretOutputs).toEqual(["token"]);
  });
});

test("the committed files are what the generator makes of schema.json", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gitlab-sdk-"));
  try {
    const paths = await generate(folder);
    expect(paths).toContain("project.ts");
    for (const path of paths) {
      expect(readFileSync(join(folder, path), "utf8"), path).toBe(readFileSync(join(packageFolder, path), "utf8"));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
