import { expect, test } from "vitest";
import { CONVERSION, otherConversions } from "../../../../../packages/rehearsal/model/conversion.js";
import { diffOf, isSame } from "../../../../../packages/rehearsal/model/object-diff.js";
import { restore } from "../../../../../packages/rehearsal/model/restore.js";
import { object } from "./support.js";

const definition = (annotations: string) =>
  object(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com, annotations: ${annotations}}
spec: {group: example.com, conversion: {strategy: None}}
`);
const byWebhook = (name: string) =>
  definition(JSON.stringify({ [CONVERSION]: `\nsystem\n${name}\n/convert\n443\nv1,v1beta1` }));

test("a definition is shown with the conversion webhook of its manifest", () => {
  const { metadata, spec } = restore(byWebhook("hook"));
  expect(metadata.annotations).toBeUndefined();
  expect(spec).toMatchObject({
    conversion: {
      strategy: "Webhook",
      webhook: {
        clientConfig: { service: { namespace: "system", name: "hook", path: "/convert", port: 443 } },
        conversionReviewVersions: ["v1", "v1beta1"],
      },
    },
  });
});

test("another conversion is a change, and what it does to stored objects is not known", () => {
  const [none, hook, other] = [definition("{}"), byWebhook("hook"), byWebhook("other")];
  expect(isSame(hook, other)).toBe(false);
  expect(diffOf(hook, other)).toMatch(/-\s+name: hook\n\+\s+name: other/);
  expect(diffOf(none, hook)).toContain("strategy: Webhook");
  expect(isSame(none, definition("{}"))).toBe(true);
  for (const [old, young] of [
    [none, hook],
    [hook, none],
    [hook, other],
  ] as const)
    expect(otherConversions([old], [young])).toMatchObject([
      { subject: "CustomResourceDefinition widgets.example.com", affected: true },
    ]);
  expect(otherConversions([hook], [hook])).toEqual([]);
  expect(otherConversions([], [hook])).toEqual([]);
});
