import { describe, expect, test } from "vitest";
import {
  awsPlugins,
  hasPendingGitLabResources,
  knownIds,
  outputsOf,
  PROJECT,
  pendingCreates,
  protectedResources,
  STACK,
  survivingProvider,
  unprotected,
  withoutPending,
  withoutType,
} from "../../../../cli/stack/deployment.js";

const made = { urn: "urn:made", type: "t", id: "1" };
const doubtful = { urn: "urn:doubtful", type: "t", inputs: { path: "setup" } };
const deployment = {
  secrets_providers: { type: "passphrase" },
  resources: [made],
  pending_operations: [
    { type: "creating", resource: doubtful },
    { type: "deleting", resource: made },
  ],
};

test("a state without the resources of a type keeps all others", () => {
  const other = { urn: "urn:other", type: "u" };
  expect(withoutType({ ...deployment, resources: [made, other] }, "t")).toEqual({ ...deployment, resources: [other] });
  expect(withoutType({}, "t")).toEqual({ resources: [] });
});

test("only creations are in doubt: a deletion is simply done again", () => {
  expect(pendingCreates(deployment)).toEqual([doubtful]);
  expect(pendingCreates({})).toEqual([]);
});

test("ids are those of one type", () => {
  expect(knownIds(deployment, "t")).toEqual(new Set(["1"]));
  expect(knownIds(deployment, "u")).toEqual(new Set());
});

test("what was found is appended with its id, what was not is forgotten, everything else stays", () => {
  expect(withoutPending(deployment, new Map([["urn:doubtful", "7"]]))).toEqual({
    secrets_providers: { type: "passphrase" },
    resources: [made, { ...doubtful, id: "7", outputs: { path: "setup" } }],
  });
  expect(withoutPending(deployment, new Map())).toEqual({
    secrets_providers: { type: "passphrase" },
    resources: [made],
  });
});

test("protection is lifted in the state: projects are then deleted for good", () => {
  const project = { urn: "p", type: "gitlab:index/project:Project", id: "7", inputs: { name: "a" }, outputs: {} };
  const other = { urn: "o", type: "other", protect: true };
  const state = {
    resources: [{ ...project, protect: true }, other, { urn: "free", type: "gitlab:index/project:Project" }],
  };
  expect(protectedResources(state).map(({ urn }) => urn)).toEqual(["p", "o"]);
  const lifted = unprotected(state);
  expect(protectedResources(lifted)).toEqual([]);
  expect(lifted.resources).toEqual([
    {
      ...project,
      inputs: { name: "a", permanentlyDeleteOnDestroy: true },
      outputs: { permanentlyDeleteOnDestroy: true },
    },
    { urn: "o", type: "other" },
    { urn: "free", type: "gitlab:index/project:Project" },
  ]);
});

describe("what outlives a stack", () => {
  const provider = { urn: "p", type: "pulumi:providers:kubernetes" };
  const creating = (type: string) => ({ pending_operations: [{ type: "creating", resource: { urn: "x", type } }] });

  test("is a cluster whose provider goes with nothing", () => {
    expect(survivingProvider({ resources: [provider] })).toBe(provider);
    expect(survivingProvider({ resources: [{ ...provider, deletedWith: "" }] })).toBeDefined();
    expect(survivingProvider({ resources: [{ ...provider, deletedWith: "urn::cluster" }] })).toBeUndefined();
    expect(survivingProvider({})).toBeUndefined();
  });

  test("is a GitLab that is not the stack's own: what it was asked for is in doubt", () => {
    const own = { urn: "g", type: "timonier:embedded:GitLab" };
    expect(hasPendingGitLabResources(creating(PROJECT))).toBe(true);
    expect(hasPendingGitLabResources({ ...creating(PROJECT), resources: [own] })).toBe(false);
    expect(hasPendingGitLabResources(creating("kubernetes:core/v1:Secret"))).toBe(false);
    expect(hasPendingGitLabResources({})).toBe(false);
  });
});

describe("outputs without Pulumi", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x:y" };
  const stack = (outputs: Record<string, unknown>) => ({ resources: [made, { urn: "s", type: STACK, outputs }] });
  const known = (outputs: Readonly<Record<string, unknown>>) =>
    outputs.cluster === "west" ? { kubeconfig: "a text" } : {};

  test("plain ones are those of the state, and a secret that is known takes its place", () => {
    const outputs = { cluster: "west", kubeconfig: secret, delivered: true };
    expect(outputsOf(stack(outputs), known)).toEqual({ cluster: "west", kubeconfig: "a text", delivered: true });
  });

  test("one secret that is not known is for Pulumi to decrypt, wherever it is", () => {
    expect(outputsOf(stack({ cluster: "east", kubeconfig: secret }), known)).toBeUndefined();
    expect(outputsOf(stack({ cluster: "west", kubeconfig: secret, other: [{ deep: secret }] }), known)).toBeUndefined();
  });

  test("a state without a stack has none", () => {
    expect(outputsOf({}, known)).toEqual({});
    expect(outputsOf({ resources: [made] }, known)).toEqual({});
  });
});

test("the plugins of AWS that a state needs are named once each, the older ones too", () => {
  const provider = (inputs: object) => ({ urn: "urn", type: "pulumi:providers:aws", inputs: { ...inputs } });
  const resources = [provider({ version: "7.47.0" }), provider({}), provider({ version: "7.47.0" }), made];
  expect(awsPlugins({ resources }, "7.48.0")).toEqual(["7.47.0", "7.48.0"]);
  expect(awsPlugins({}, "7.48.0")).toEqual([]);
});
