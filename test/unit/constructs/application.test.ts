import { App } from "cdk8s";
import { expect, test } from "vitest";
import { z } from "zod";
import { type Application, checkApplications, defineApplication, filesOf } from "../../../constructs/application.js";

const settings = z.strictObject({});
const named = (name: string, more: Partial<Application> = {}) =>
  defineApplication({ name, settings, build: () => {}, ...more }) as Application;

test("an application has a folder and a Kustomization of its name, and depends on none", () => {
  expect(named("shop")).toMatchObject({ folder: "applications/shop", kustomization: "shop", dependsOn: [] });
});

test("a file is a chart of its name", () => {
  const app = new App();
  expect(filesOf(app).file("web").node.id).toBe("web");
  expect(app.charts.map(({ node }) => node.id)).toEqual(["web"]);
});

test("applications that fit together are accepted", () => {
  const database = named("database", { namespace: "data" });
  expect(() =>
    checkApplications([database, named("shop", { namespace: database, dependsOn: [database] })]),
  ).not.toThrow();
});

test.each<[string, Application[], string]>([
  ["a name that is no DNS label", [named("My Shop")], '"My Shop": expected a name of at most 63 lower-case'],
  [
    "the name of another section",
    [named("delivery")],
    "delivery: the name is taken by a section of apps/settings.yaml",
  ],
  [
    "a folder elsewhere",
    [named("shop", { folder: "../x" })],
    'shop: folder: expected infra or applications/NAME, got "../x"',
  ],
  ["a namespace that is no DNS label", [named("shop", { namespace: "Shop" })], "shop: namespace: expected at most 63"],
  ["one name twice", [named("shop"), named("shop")], "shop: its name is already that of application shop"],
  [
    "one Kustomization twice",
    [named("shop"), named("web", { kustomization: "shop" })],
    "web: its Kustomization is already that of application shop",
  ],
  [
    "two owners of a namespace",
    [named("shop", { namespace: "team" }), named("web", { namespace: "team" })],
    "web: its namespace is already that of application shop",
  ],
  [
    "a dependency outside of the list",
    [named("web", { dependsOn: [named("shop")] })],
    "web: dependsOn[0]: application shop is not in the list",
  ],
  [
    "files that import each other",
    [named("web", { dependsOn: [undefined as unknown as Application] })],
    "web: dependsOn[0]: the files of two applications import each other",
  ],
  [
    "the namespace of an application that owns none",
    ((shop) => [shop, named("web", { namespace: shop })])(named("shop")),
    "web: namespace: shop owns no namespace",
  ],
])("%s is refused", (_, list, message) => {
  expect(() => checkApplications(list)).toThrow(message);
});

test("everything that is wrong is reported at once", () => {
  expect(() => checkApplications([named("A"), named("B")])).toThrow(/^the applications have \d errors:\n {4}"A": .*\n/);
});
