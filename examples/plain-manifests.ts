// A folder of plain YAML files, included as it is written.
//
// A team wants this for manifests that exist already, and for those that a vendor publishes: they
// are delivered, rehearsed and reviewed like everything else, and can be replaced by constructs
// one by one.
import { type App, Chart } from "cdk8s";
import { ManifestFolder } from "../constructs/manifest-folder.js";

/** Adds the objects of `examples/plain-manifests/`. */
export function plainManifests(app: App): void {
  const chart = new Chart(app, "plain-manifests");
  new ManifestFolder(chart, "quotas", { folder: "examples/plain-manifests" });
}
