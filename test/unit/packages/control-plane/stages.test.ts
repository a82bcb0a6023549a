import { expect, test } from "vitest";
import { instantPodStages, podStages, type Stage } from "../../../../packages/control-plane/stages.js";

function stage(stages: readonly Stage[], name: string): string {
  return JSON.stringify(stages.find(({ metadata }) => metadata.name === name)?.spec);
}

test("in a rehearsal nothing is waited for: pods have been ready for ages, however long minReadySeconds is", () => {
  expect(JSON.stringify(instantPodStages())).not.toContain("durationMilliseconds");
  expect(stage(instantPodStages(), "pod-ready")).toContain("2000-01-01T00:00:00Z");
  expect(stage(podStages(), "pod-ready")).not.toContain("2000-01-01");
});

test("in a rehearsal pods that are made to end do, those of chart tests among them; in a cluster those of Jobs", () => {
  expect(stage(instantPodStages(), "pod-complete")).toContain(
    '".spec.restartPolicy","operator":"In","values":["Never","OnFailure"]',
  );
  expect(stage(podStages(), "pod-complete")).toContain(
    '".metadata.ownerReferences.[].kind","operator":"In","values":["Job"]',
  );
});
