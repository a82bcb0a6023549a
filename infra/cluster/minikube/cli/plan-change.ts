import { compare } from "@timonier/toolchain/version-range";
import type { ProfileSpec } from "../../../resources/minikube-profile/schema.js";
import { driverOf } from "../drivers.js";
import type { Found } from "./profile.js";

/** What has to be changed in a profile to match the settings. */
export type Change =
  | { readonly kind: "nothing" }
  /** Deleted and recreated. `properties`: those that require it. */
  | { readonly kind: "replace"; readonly properties: readonly string[] }
  | {
      readonly kind: "update";
      /** Inputs and outputs that change. */
      readonly properties: readonly string[];
      /**
       * Whether to run `minikube start`: it starts what is stopped, upgrades Kubernetes and copies
       * authorities to nodes.
       */
      readonly start: boolean;
      readonly addonsOn: readonly string[];
      readonly addonsOff: readonly string[];
      readonly nodesToAdd: number;
      /** Names of nodes to delete. */
      readonly nodesToDelete: readonly string[];
    };

/**
 * What minikube can change in place, and what it cannot: a pure decision, so that a preview can
 * show it.
 *
 * Minikube cannot change the driver, the runtime, processors, memory or registry mirror of a
 * profile, and rejects an older Kubernetes (`cmd/minikube/cmd/start_flags.go` in v1.38.1).
 *
 * @param before what the stack asked for in its last run
 * @param found the profile now: it takes precedence over `before` where it has a value
 */
export function planChange(before: ProfileSpec, after: ProfileSpec, found: Found): Change {
  if (found.state === "absent" || found.state === "broken") return { kind: "replace", properties: ["identity"] };
  const { profile } = found;
  const sized = driverOf(after.driver).sized;
  const recreating: Readonly<Record<string, boolean>> = {
    stack: before.stack !== after.stack,
    profile: before.profile !== after.profile,
    driver: profile.driver !== after.driver,
    runtime: profile.runtime !== after.runtime,
    cpus: sized && before.cpus !== after.cpus,
    memory: sized && before.memory !== after.memory,
    registryMirror: (before.registryMirror ?? "") !== (after.registryMirror ?? ""),
    version: compare(after.version, profile.kubernetesVersion) < 0,
  };
  const because = named(recreating);
  if (because.length > 0) return { kind: "replace", properties: because };

  const addonsOn = after.addons.filter((addon) => !profile.addons.includes(addon));
  const dropped = before.addons.filter((addon) => !after.addons.includes(addon));
  const addonsOff = dropped.filter((addon) => profile.addons.includes(addon));
  const nodesToAdd = Math.max(0, after.nodes - profile.nodes.length);
  // The last nodes: the first one is the control plane.
  const nodesToDelete = profile.nodes.slice(Math.max(1, after.nodes));
  const upgraded = compare(after.version, profile.kubernetesVersion) > 0;
  const otherCa = (before.extraCa ?? "") !== (after.extraCa ?? "");
  const properties = named({
    version: upgraded,
    extraCa: otherCa,
    nodes: nodesToAdd > 0 || nodesToDelete.length > 0,
    addons: addonsOn.length > 0 || addonsOff.length > 0 || dropped.length > 0,
    state: found.state === "stopped",
  });
  if (properties.length === 0) return { kind: "nothing" };
  const start = found.state === "stopped" || upgraded || otherCa;
  return { kind: "update", properties, start, addonsOn, addonsOff, nodesToAdd, nodesToDelete };
}

function named(flags: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(flags).flatMap(([name, on]) => (on ? [name] : []));
}
