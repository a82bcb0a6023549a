import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { clusterIdentity } from "../../cluster-identity.js";
import type { Found } from "./profile.js";

const kept = z.object({ profile: z.string(), identity: z.string().optional() });

/**
 * Which profile a stack has begun to create. Written before minikube is called, so that a profile
 * that a killed run left half created is not taken for a user's own.
 */
export class Claim {
  /** @param folder the stack's cluster folder */
  constructor(private readonly folder: string) {}

  /** Where minikube writes the context of the profile. */
  get kubeconfigFile(): string {
    return join(this.folder, "kubeconfig");
  }

  /** Name of the profile; undefined: the stack has created none. */
  async profile(): Promise<string | undefined> {
    return (await this.read())?.profile;
  }

  /** UID of namespace kube-system of the cluster that the stack created last. undefined: it is not created yet. */
  async identity(): Promise<string | undefined> {
    return (await this.read())?.identity;
  }

  /** @param identity UID of namespace kube-system. undefined: the cluster is not created yet */
  async take(profile: string, identity?: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.file, `${JSON.stringify({ profile, identity })}\n`, { mode: 0o600 });
  }

  /** Whether another cluster has the profile's name now. false for a cluster that does not answer. */
  async isAnother(found: Found): Promise<boolean> {
    const identity = (await this.read())?.identity;
    if (found.state !== "running" || identity === undefined || !existsSync(this.kubeconfigFile)) return false;
    try {
      return (await clusterIdentity(await readFile(this.kubeconfigFile, "utf8"))) !== identity;
    } catch {
      return false;
    }
  }

  /** Removes the claim and the context of a deleted profile. */
  async drop(): Promise<void> {
    for (const file of [this.file, this.kubeconfigFile]) await rm(file, { force: true });
  }

  private async read(): Promise<z.infer<typeof kept> | undefined> {
    if (!existsSync(this.file)) return undefined;
    return kept.parse(JSON.parse(await readFile(this.file, "utf8")));
  }

  private get file(): string {
    return join(this.folder, "minikube.json");
  }
}
