import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import { expect, test } from "vitest";
import { newAppFiles } from "../../../cli/new-app/app-files.js";
import { WebService } from "../../../constructs/web-service.js";
import { checkout } from "../../../packages/kit/state-folder.js";

const read = (path: string) => readFileSync(join(checkout, path), "utf8");
const page = read("docs/apps.md");

const codeBlocks = [...page.matchAll(/^```ts\n([\s\S]+?)^```$/gm)].map(([, code = ""]) => code);

test("the second application in docs/apps.md is what `timonier new app` writes", () => {
  const { files } = newAppFiles({ kind: "service", name: "shop", image: "registry.example.org/team/shop:1.0.0" });
  expect(
    files.get("apps/shop.ts")?.endsWith(codeBlocks.find((code) => code.includes("defineApplication")) ?? "none"),
  ).toBe(true);
});

test("the service in docs/apps.md is the example, which is compiled and synthesized", () => {
  const code = codeBlocks.find((block) => block.includes("serviceWithAnIngress"));
  expect(code).toBe(read("examples/service-with-an-ingress.ts").replace(/^(\/\/.*\n)+/, ""));
});

test("the errors in docs/apps.md are those of synthesis", () => {
  const app = new App();
  const chart = new Chart(app, "service-with-an-ingress");
  new WebService(chart, "shop", { image: "shop", ingress: { host: "https://shop.example.org" } });
  const [, errors = ""] = /^```\n(\[[\s\S]+?)\n```$/m.exec(page) ?? [];
  expect(errors.split("\n")).toHaveLength(2);
  for (const error of errors.split("\n")) expect(() => app.synthYaml()).toThrow(error);
});
