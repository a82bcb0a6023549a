import { expect, test } from "vitest";
import { type Pin, parsePin, renderPin } from "../../../../packages/charts/pin-file.js";

const pin: Pin = {
  name: "web",
  version: '1.0.0-"quoted"',
  digest: `sha256:${"0".repeat(64)}`,
  source: { kind: "oci", url: "oci://registry.example.org/web", plainHttp: true },
  schema: "apps/charts/web.schema.json",
};

test("a pin is read back as it was written", () => {
  expect(parsePin(renderPin("web", pin, "export interface Values {}"), "here")).toEqual(pin);
});

test.each(["", "export const chart = 1;", renderPin("web", pin, "").replace(/ {2}version.*\n/, "")])(
  "a file that was changed to another form is refused",
  (text) => {
    expect(() => parsePin(text, "apps/charts/web.ts")).toThrow(
      /unknown form[\s\S]*apps\/charts\/web\.ts[\s\S]*TIM-825/,
    );
  },
);
