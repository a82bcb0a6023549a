import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkingCopy } from "../e2e/support/working-copy.js";
import type { Registered, Run } from "./cluster-contract.js";

/** A resource in a checkpoint, as far as it is read here. */
interface Kept {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly provider?: string;
  readonly deletedWith?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Key by which a value that is kept tells that it is secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** What a real run has left in a stack's state. */
export function runOf(copy: WorkingCopy, stack: string): Run {
  const file = join(copy.state, "pulumi/.pulumi/stacks/timonier", `${stack}.json`);
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: { resources: Kept[] } } };
  const { resources } = checkpoint.latest;
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  return {
    resources: resources.map(registered),
    kubernetesVersion: String(outputs.kubernetesVersion),
    kubeconfigSecret: isSecret(outputs.kubeconfig),
    // What a GitLab on this machine reaches has webhooks.
    receiver: resources.some(({ type }) => type === "timonier:gitlab:Webhook") ? "a webhook" : undefined,
  };
}

function registered({ urn, type, custom = false, provider, deletedWith, inputs = {} }: Kept): Registered {
  return {
    ...{ type, custom, inputs, name: nameIn(urn) },
    provider: provider ? nameIn(provider.split("::").slice(0, -1).join("::")) : undefined,
    deletedWith: deletedWith ? nameIn(deletedWith) : undefined,
    secrets: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
  };
}

/** Steps of a preview, by what they do. */
export async function previewSteps(copy: WorkingCopy, stack: string): Promise<Array<{ op: string; what: string }>> {
  const command = `pulumi preview -s ${stack} --json --non-interactive`;
  const said = await copy.run("bash", ["-c", `eval "$(node cli/timonier.mjs env -s ${stack})"; ${command}`]);
  if (said.exitCode !== 0) throw new Error(said.all);
  const { steps } = JSON.parse(said.stdout) as { steps: Array<{ op: string; urn: string }> };
  return steps.map(({ op, urn }) => {
    const type = urn.split("::").at(-2) ?? "";
    return { op, what: `${type.slice(type.lastIndexOf("$") + 1)} ${nameIn(urn)}` };
  });
}

/** Names of what a preview would replace. */
export async function replacedBy(copy: WorkingCopy, stack: string): Promise<string[]> {
  const steps = await previewSteps(copy, stack);
  return steps.filter(({ op }) => op.includes("replace")).map(({ what }) => what.slice(what.indexOf(" ") + 1));
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}

/** Last part of a URN. */
function nameIn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
