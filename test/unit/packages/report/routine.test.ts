import { expect, test } from "vitest";
import type { ObjectChange } from "../../../../packages/report/model.js";
import { isRoutine } from "../../../../packages/report/routine.js";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const change = (...lines: readonly string[]): ObjectChange => ({
  ref: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
  action: "updated",
  dataLoss: false,
  diff: ["--- Deployment shop/web", "+++ Deployment shop/web", "@@ -1,1 +1,1 @@", " spec:", ...lines].join("\n"),
});
const image = (from: string, to: string) => change(`-    - image: ${from}`, `+    - image: ${to}`);

test.each([
  ["a patch version", image("nginx:1.25.1", "nginx:1.25.2")],
  ["a digest", image(`nginx:1.25@${digest("a")}`, `nginx:1.25@${digest("b")}`)],
  ["a registry with a port", image("registry:5000/web:v1.2.3", "registry:5000/web:v1.2.9")],
  ["a version label", change("-    app.kubernetes.io/version: 1.2.3", "+    app.kubernetes.io/version: 1.2.4")],
])("%s is routine", (_what, one) => expect(isRoutine(one)).toBe(true));

test.each([
  ["a minor version", image("nginx:1.25.1", "nginx:1.26.0")],
  ["another image", image("nginx:1.25.1", "evil/nginx:1.25.1")],
  ["a tag that names no version", image("nginx:stable", "nginx:latest")],
  ["replicas", change("-  replicas: 1", "+  replicas: 2")],
  ["a line more", change("-    - image: nginx:1.25.1", "+    - image: nginx:1.25.2", "+      command: [sh]")],
  ["a change that was rejected", { ...image("nginx:1.25.1", "nginx:1.25.2"), action: "rejected" as const }],
  ["a change with a message", { ...image("nginx:1.25.1", "nginx:1.25.2"), message: "moved" }],
])("%s is not", (_what, one) => expect(isRoutine(one)).toBe(false));
