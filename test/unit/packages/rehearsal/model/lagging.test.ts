import { expect, test } from "vitest";
import { podsLag } from "../../../../../packages/rehearsal/model/lagging.js";
import { object } from "./support.js";

const pod = (name: string, status: string, more = "") =>
  object(
    `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, labels: {app: web}${more}}, spec: {nodeName: embedded}, status: ${status}}`,
  );
const deployment = (replicas: number) =>
  object(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: {matchLabels: {app: web}}}, status: {replicas: ${replicas}}}`,
  );
const running = pod("a", "{phase: Running, containerStatuses: [{name: web}]}");
const waiting = pod(
  "b",
  "{phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: InvalidImageName}}}]}",
);

test("GIVEN a pod that nothing has looked at, or one that is not known, THEN pods lag", () => {
  expect(podsLag([deployment(2)], [running, pod("b", "{phase: Pending}")])).toBe(true);
  expect(podsLag([deployment(2)], [running])).toBe(true);
});

test("GIVEN pods that run, wait for their image or go THEN they do not", () => {
  expect(podsLag([deployment(2)], [running, waiting])).toBe(false);
  const going = pod("b", "{phase: Pending}", ", deletionTimestamp: '2026-01-01T00:00:00Z'");
  expect(podsLag([deployment(2)], [running, going])).toBe(false);
  expect(podsLag([object("{apiVersion: batch/v1, kind: Job, metadata: {name: x, namespace: shop}}")], [])).toBe(false);
});
