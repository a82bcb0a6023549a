import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { synth } from "../../../cli/cdk8s-synth.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "timonier-synth-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const read = (path: string) => readFile(join(dir, path), "utf8");

const embedded = ["myapp.yaml", "myappsource.yaml", ".timonier-tree.json"].map((name) => `clusters/embedded/${name}`);

test("writes both trees with the documented defaults", async () => {
  const done = await synth({ CDK8S_OUTDIR: dir });
  expect(done.setup.written).toEqual(embedded);
  expect(done.application.written).toEqual(["infra/deployment.yaml", "infra/.timonier-tree.json"]);
  expect(await read("setup/clusters/embedded/myappsource.yaml")).toContain("url: https://gitlab.com/OWNER/");
});

test("the environment names another cluster and another repository; stale files go", async () => {
  await synth({ CDK8S_OUTDIR: dir });
  const url = "https://gitlab.example.org/web/application.git";
  const done = await synth({ CDK8S_OUTDIR: dir, TIMONIER_CLUSTER: "production", TIMONIER_APPLICATION_URL: url });
  expect(done.setup.removed.toSorted()).toEqual(embedded.toSorted());
  expect(await read("setup/clusters/production/myappsource.yaml")).toContain(`url: ${url}\n`);
});
