import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Outputs of an embedded stack that is up. */
export const stackOutputs = {
  cluster: "embedded-west",
  clusterKind: "embedded",
  kubernetesVersion: "v1.36.3",
  kubeconfig: "kubeconfig",
  gitlab: "embedded",
  gitlabUrl: "https://127.0.0.1:1",
  branch: "main",
  setupRepository: "https://127.0.0.1:1/root/setup.git",
  applicationRepository: "https://127.0.0.1:1/root/application.git",
} as const;

/** Writes the state of a stack, as Pulumi's file backend keeps it, below a state folder. */
export function writeState(root: string, name: string, text: string): void {
  const folder = join(root, "pulumi", ".pulumi", "stacks", "timonier");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), text);
}

/** Writes the state of a stack that is up. @param more outputs besides those of {@link stackOutputs} */
export function writeOutputs(root: string, name: string, more: Readonly<Record<string, unknown>>): void {
  const resources = [{ urn: "", type: "pulumi:pulumi:Stack", outputs: { ...stackOutputs, ...more } }];
  writeState(root, name, JSON.stringify({ checkpoint: { latest: { resources } } }));
}
