import { expect, test } from "vitest";
import { parseAddress } from "../../../../packages/charts/chart-address.js";
import { addressOf } from "../../../../packages/kit/chart-source.js";

test.each([
  ["https://charts.example.org/podinfo", { kind: "http", repository: "https://charts.example.org", chart: "podinfo" }],
  ["https://example.org/a/b/podinfo", { kind: "http", repository: "https://example.org/a/b", chart: "podinfo" }],
  ["oci://ghcr.io/stefanprodan/charts/podinfo", { kind: "oci", url: "oci://ghcr.io/stefanprodan/charts/podinfo" }],
  ["oci://127.0.0.1:5000/web", { kind: "oci", url: "oci://127.0.0.1:5000/web" }],
  [
    "git+https://github.com/a/b.git//charts/web",
    { kind: "git", url: "https://github.com/a/b.git", path: "charts/web" },
  ],
  ["git+ssh://git@example.org/a/b.git//web", { kind: "git", url: "ssh://git@example.org/a/b.git", path: "web" }],
  ["./charts/web", { kind: "folder", path: "charts/web" }],
])("%s is read and written back", (address, source) => {
  expect(parseAddress(address)).toEqual(source);
  expect(addressOf(parseAddress(address))).toBe(address);
});

test("a registry without TLS is marked as such", () => {
  expect(parseAddress("oci://127.0.0.1:5000/web", true)).toMatchObject({ plainHttp: true });
});

test.each([
  "charts.example.org/podinfo",
  "https://charts.example.org",
  "oci://ghcr.io/podinfo:6.0.0",
  "git+https://github.com/a/b//charts/web",
  "git+https://github.com/a/b.git//../web",
  "./../outside",
  "/etc",
])("%s is refused", (address) => {
  expect(() => parseAddress(address)).toThrow(/unknown form[\s\S]*TIM-820/);
});

test.each([
  "https://user:canary@charts.example.org/podinfo",
  "https://canary@charts.example.org/podinfo",
  "git+https://oauth2:canary@example.org/a/b.git//web",
])("a credential in %s is refused, and not repeated", (address) => {
  expect(() => parseAddress(address)).toThrow(/contains a credential[\s\S]*TIMONIER_CHART_PASSWORD/);
  expect(() => parseAddress(address)).not.toThrow(/canary/);
});
