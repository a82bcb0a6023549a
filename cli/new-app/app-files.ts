import type { ChartSource } from "@timonier/kit/chart-source";

/** What a new application is made of. */
export type NewApp =
  | { readonly kind: "service"; readonly name: string; readonly image: string }
  | { readonly kind: "folder"; readonly name: string }
  | {
      readonly kind: "chart";
      readonly name: string;
      /** Name of the pinned chart in apps/charts. */
      readonly pinned: string;
      readonly source: ChartSource["kind"];
    };

/** Kinds of new applications, in the order of the help. */
export const newAppKinds = ["service", "chart", "folder"] as const;

/** What `timonier new app` writes. */
export interface NewAppFiles {
  /** New files by their path in the checkout. */
  readonly files: ReadonlyMap<string, string>;
  /** Section of apps/settings.yaml. */
  readonly settings: string;
}

/** Name of the constant that holds an application: `web-shop` → `webShop`. */
export function identifierOf(name: string): string {
  const camel = name.replaceAll(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^[0-9]/.test(camel) || words.has(camel) ? `app${camel[0]?.toUpperCase()}${camel.slice(1)}` : camel;
}

/** Words that cannot name a constant, and names that the written files use themselves. */
const words = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return static super switch this throw true try typeof var void while " +
    "with yield let package private protected public interface implements arguments eval " +
    "z image text wholeNumber applications chart"
  ).split(" "),
);

/** The files of an application, and its settings. */
export function newAppFiles(app: NewApp): NewAppFiles {
  const source = `apps/${app.name}.ts`;
  const test = [`test/unit/apps/${app.name}.test.ts`, testText(app)] as const;
  const heading = `\n# Application ${app.name}.\n${app.name}:\n`;
  switch (app.kind) {
    case "service":
      return {
        files: new Map([[source, serviceText(app)], test]),
        settings: `${heading}  image: ${app.image}\n  # Number of pods.\n  replicas: 2\n`,
      };
    case "chart":
      return {
        files: new Map([[source, chartText(app)], test]),
        settings: `\n# Application ${app.name}: settings for the values of its chart.\n${app.name}: {}\n`,
      };
    case "folder":
      return {
        files: new Map([
          [source, folderText(app)],
          [`apps/${app.name}/configuration.yaml`, exampleManifest(app.name)],
          test,
        ]),
        settings: `\n# Application ${app.name}: its manifests are in apps/${app.name}.\n${app.name}: {}\n`,
      };
  }
}

const define = (name: string, schema: string, body: string) => `export const ${identifierOf(name)} = defineApplication({
  name: ${JSON.stringify(name)},
  settings: z.strictObject(${schema}),
  build: ({ file }${schema === "{}" ? "" : ", settings"}) => {
${body}
  },
});
`;

function serviceText({ name }: NewApp): string {
  return `import { z } from "zod";
import { defineApplication } from "../constructs/application.js";
import { image, wholeNumber } from "../constructs/settings-schema.js";
import { WebService } from "../constructs/web-service.js";

/** A service that answers HTTP requests. docs/apps.md lists its other props. */
${define(
  name,
  "{ image: image(), replicas: wholeNumber(0, 100) }",
  `    new WebService(file("service"), ${JSON.stringify(name)}, settings);`,
)}`;
}

function chartText({ name, pinned }: Extract<NewApp, { kind: "chart" }>): string {
  return `import { z } from "zod";
import { defineApplication } from "../constructs/application.js";
import { HelmApplication } from "../constructs/helm-application.js";
import { chart } from "./charts/${pinned}.js";

/** A Helm chart, installed by helm-controller. Its values have the types of apps/charts/${pinned}.ts. */
${define(
  name,
  "{}",
  `    new HelmApplication(file("release"), ${JSON.stringify(name)}, {
      chart,
      values: {},
    });`,
)}`;
}

function folderText({ name }: NewApp): string {
  return `import { z } from "zod";
import { defineApplication } from "../constructs/application.js";
import { ManifestFolder } from "../constructs/manifest-folder.js";

/** The manifests of apps/${name}, as they are written there. */
${define(name, "{}", `    new ManifestFolder(file("manifests"), "folder", { folder: ${JSON.stringify(`apps/${name}`)} });`)}`;
}

function exampleManifest(name: string): string {
  return `# Replace this file by the manifests of the application.
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  example: "true"
`;
}

/** Kind of the object with which Flux reads a chart. The source of a folder is there for all applications. */
const sourceKinds = { http: ["HelmRepository"], oci: ["OCIRepository"], git: ["GitRepository"], folder: [] } as const;

/** Kinds of the objects that an application has before somebody changes it, sorted. */
function firstKinds(app: NewApp): string[] {
  if (app.kind === "chart") return ["HelmRelease", ...sourceKinds[app.source]].sort();
  return app.kind === "service" ? ["Deployment", "PodDisruptionBudget", "Service"] : ["ConfigMap"];
}

function testText(app: NewApp): string {
  const { name } = app;
  // As Biome sorts imports: by path.
  const own = [
    `import { ${identifierOf(name)} } from "../../../apps/${name}.js";`,
    'import { readSettings } from "../../../apps/settings-file.js";',
  ];
  if (name > "settings-file") own.reverse();
  const key = /^[a-z0-9]*$/.test(name) && !/^[0-9]/.test(name) ? name : JSON.stringify(name);
  return `import { ApiObject, App } from "cdk8s";
import { expect, test } from "vitest";
${own.join("\n")}
import { filesOf } from "../../../constructs/application.js";

test("${name} has the objects that it should have", async () => {
  const { ${key}: settings } = await readSettings();
  const app = new App();
  ${identifierOf(name)}.build(filesOf(app), settings);
  const objects = app.node.findAll().filter((construct) => construct instanceof ApiObject);
  expect(objects.map(({ kind }) => kind).sort()).toEqual(${JSON.stringify(firstKinds(app)).replaceAll(",", ", ")});
});
`;
}
