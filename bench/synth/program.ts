// The program that bench/synth.ts times in a process of its own: `timonier|cdk8s COUNT`, into the
// folder CDK8S_OUTDIR.
import { join } from "node:path";
import { renderTrees } from "@timonier/manifests/tree";
import { writeTrees } from "@timonier/manifests/tree-files";
import { manyApps } from "./many-apps.js";

const [way, count] = process.argv.slice(2);
const outdir = process.env.CDK8S_OUTDIR ?? "dist";

const start = performance.now();
const apps = manyApps(Number(count));
if (way === "cdk8s") {
  // What a cdk8s program does by itself.
  for (const app of [...apps.setup, ...apps.application].flatMap((set) => set.apps)) {
    Object.defineProperty(app, "outdir", { value: join(outdir, app.outdir) });
    app.synth();
  }
} else {
  await writeTrees(outdir, renderTrees(apps));
}
process.stderr.write(`milliseconds ${performance.now() - start}\n`);
