import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { KubeApi } from "@timonier/kit/kube-api";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { Context, Properties, ResourceKind } from "@timonier/provider-host/plugin";
import { ensureTools } from "@timonier/toolchain/ensure";
import { clusterIdentity } from "../../cluster/cluster-identity.js";
import { keepAuthority, minikubeFolder } from "../../cluster/minikube/cli/authority.js";
import { Claim } from "../../cluster/minikube/cli/claim.js";
import { Minikube } from "../../cluster/minikube/cli/minikube.js";
import { type Change, planChange } from "../../cluster/minikube/cli/plan-change.js";
import type { Found } from "../../cluster/minikube/cli/profile.js";
import { minikubeProfileShape, type ProfileSpec } from "./schema.js";

const { inputs, outputs } = minikubeProfileShape;

/** One profile and its claim. */
interface Place {
  readonly spec: ProfileSpec;
  readonly claim: Claim;
  readonly minikube: Minikube;
}

async function placeOf(properties: Properties, ctx: Context<unknown>): Promise<Place> {
  const spec = inputs.parse(properties);
  const state = new StateFolder();
  const progress = (line: string) => ctx.log("info", line, { ephemeral: true });
  const { minikube: program } = await ensureTools(["minikube"], { binDir: state.bin, progress, signal: ctx.signal });
  const claim = new Claim(stackClusterFolder(state, spec.stack));
  const { kubeconfigFile } = claim;
  const { signal } = ctx;
  return { spec, claim, minikube: new Minikube(spec.profile, { program, kubeconfigFile, progress, signal }) };
}

/**
 * A Minikube cluster that the stack creates and deletes. A stopped or deleted one is a difference,
 * whatever stopped it.
 */
export const minikubeProfile: ResourceKind<unknown> = {
  secrets: minikubeProfileShape.secrets,
  diff: async (_id, olds, news, ctx) => {
    const { minikube, claim } = await placeOf(news, ctx);
    const found = reachable(await minikube.look(), claim);
    if (await claim.isAnother(found)) return replacement(["identity"]);
    // Nothing has to be deleted, and the new cluster is created first: to delete objects of the old
    // one, the engine would use a provider that it has just ended.
    if (found.state === "absent") return { changes: true, replaces: ["identity"], changed: ["identity"] };
    const change = planChange(inputs.parse(olds.inputs), inputs.parse(news), found);
    if (change.kind === "replace") return replacement(change.properties);
    if (change.kind === "nothing") return { changes: false, stables: outputs };
    return { changes: true, changed: change.properties, stables: ["identity"] };
  },
  create: async (news, ctx) => {
    const place = await placeOf(news, ctx);
    const { spec, claim, minikube } = place;
    const found = await minikube.look();
    if (found.state !== "absent" && (await claim.profile()) !== spec.profile) throw taken(spec.profile);
    await claim.take(spec.profile);
    await keepAuthority(minikubeFolder(process.env), spec.profile, spec.extraCa);
    // A killed run may have left a cluster that is half created. It is empty, so it is deleted and not repaired.
    if (found.state === "broken" || found.state === "stopped") await minikube.delete(found);
    await minikube.create(spec);
    return { id: spec.profile, state: await stateOf(place, news) };
  },
  read: async (id, state, olds, ctx) => {
    const { minikube, claim, spec } = await placeOf(olds, ctx);
    const found = await minikube.look();
    if (found.state === "absent" || found.state === "broken") return undefined;
    if (await claim.isAnother(found)) return undefined;
    const { nodes, addons, kubernetesVersion } = found.profile;
    const actual = {
      ...olds,
      version: kubernetesVersion,
      nodes: nodes.length,
      addons: spec.addons.filter((addon) => addons.includes(addon)),
    };
    return { id, state: { ...state, ...actual, state: found.state }, inputs: actual };
  },
  update: async (_id, olds, news, ctx) => {
    const place = await placeOf(news, ctx);
    const { minikube, spec } = place;
    const change = planChange(inputs.parse(olds.inputs), spec, reachable(await minikube.look(), place.claim));
    if (change.kind === "replace") throw vanished(spec.profile);
    // Taken before the start: an object that is reconciled later has been reconciled by the started cluster.
    const startedAt = change.kind === "update" && change.start ? new Date().toISOString() : olds.state.startedAt;
    if (change.kind === "update") await apply(change, place);
    return { state: { ...(await stateOf(place, news)), ...(startedAt !== undefined && { startedAt }) } };
  },
  delete: async (_id, state, ctx) => {
    const { minikube, claim, spec } = await placeOf(state, ctx);
    // The successor has the profile already.
    const current = await claim.identity();
    if (current !== undefined && current !== state.identity) return;
    const found = await minikube.look();
    if (await claim.isAnother(found)) {
      ctx.log("warning", `profile ${spec.profile} is another cluster now and is not changed`);
    } else if (found.state !== "absent") {
      await minikube.delete(found);
    }
    await keepAuthority(minikubeFolder(process.env), spec.profile, undefined);
    await claim.drop();
  },
};

async function apply(change: Extract<Change, { kind: "update" }>, { minikube, spec }: Place): Promise<void> {
  await keepAuthority(minikubeFolder(process.env), spec.profile, spec.extraCa);
  if (change.start) await minikube.start(spec);
  for (const name of change.nodesToDelete) await minikube.deleteNode(name);
  for (let added = 0; added < change.nodesToAdd; added++) await minikube.addNode();
  for (const name of change.addonsOff) await minikube.disableAddon(name);
  for (const name of change.addonsOn) await minikube.enableAddon(name);
}

async function stateOf({ claim, spec }: Place, news: Properties): Promise<Properties> {
  const kubeconfig = await readFile(claim.kubeconfigFile, "utf8");
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const { gitVersion } = await api.call<{ gitVersion: string }>({ path: "/version" });
    const identity = await clusterIdentity(kubeconfig);
    await claim.take(spec.profile, identity);
    return { ...news, kubeconfig, kubernetesVersion: gitVersion, identity, state: "running" };
  } finally {
    api.close();
  }
}

/** A cluster without its kubeconfig counts as stopped: starting it writes a new one. */
function reachable(found: Found, { kubeconfigFile }: Claim): Found {
  if (found.state !== "running" || existsSync(kubeconfigFile)) return found;
  return { state: "stopped", profile: found.profile, missing: "its kubeconfig" };
}

function replacement(properties: readonly string[]) {
  return { changes: true, replaces: properties, changed: properties, deleteBeforeReplace: true };
}

function taken(profile: string): UserError {
  return new UserError(
    `the profile ${profile} exists, and this stack did not create it`,
    "setting minikubeProfile",
    `choose another one, or use it as it is: setting minikubeOwned false; or delete it: minikube delete -p ${profile}`,
    { code: "TIM-329" },
  );
}

function vanished(profile: string): UserError {
  return new UserError("the cluster was deleted while it was examined", `profile ${profile}`, "run the command again", {
    code: "TIM-330",
  });
}
