// Manifests from an S3-compatible bucket instead of a Git repository.
//
// A team wants this where a cluster must not reach the Git server, or where a pipeline generates
// the manifests: the pipeline uploads them, and the cluster needs a key that reads one bucket only.
import { type App, Chart, Duration } from "cdk8s";
import { Bucket } from "../constructs/bucket.js";
import { Kustomization } from "../constructs/kustomization.js";

/** Adds the bucket and the Kustomization that applies one folder of it. */
export function configurationFromABucket(app: App): void {
  const chart = new Chart(app, "configuration-from-a-bucket", { namespace: "default" });
  const manifests = new Bucket(chart, "manifests", {
    endpoint: "minio.example.org:9000",
    bucketName: "manifests",
    prefix: "production/",
    // Has `accesskey` and `secretkey`. It is created outside of Git, or in Git encrypted with SOPS.
    secretName: "manifests-bucket",
    interval: Duration.minutes(5),
  });
  new Kustomization(chart, "production", {
    source: manifests,
    path: "./production",
    interval: Duration.minutes(30),
    timeout: Duration.minutes(3),
  });
}
