import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { ClusterFacts } from "../../../infra/cluster/existing/facts.js";
import { parseConfig } from "../../../infra/config.js";
import type { Facts } from "../../../infra/gitlab/preflight/gitlab-facts.js";
import { engineConfig, type ProjectFile } from "../../../infra/project-config.js";

// A stack's state knows each resource by its URN, so a resource whose URN changes without an alias
// is replaced. urns.json has the URNs of existing stacks: a line is added for a new resource, and
// none is changed.

const fixture = new URL("urns.json", import.meta.url);

/** One resource as the engine would know it. */
interface Known {
  readonly urn: string;
  /** Earlier URNs that the engine looks for in the state too. */
  readonly aliases: readonly string[];
}

/**
 * The engine's request, as far as it is read here.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
 */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getAliasesList(): { getSpec(): { getType(): string; getParenturn(): string } | undefined }[];
}

const MOCKED = {
  distribution: "../../../infra/flux/distribution.js",
  gitlab: "../../../infra/gitlab/preflight/gather-gitlab.js",
  kubeconfig: "../../../infra/cluster/existing/single-context.js",
  cluster: "../../../infra/cluster/existing/gather.js",
  tools: "../../../packages/toolchain/ensure.js",
};

const components = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } },
  { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "source-controller", namespace: "flux-system" } },
];

const facts: Facts = {
  ...{ url: "https://gitlab.example", version: "18.6.0", tier: "premium", namespacePath: "team/platform" },
  token: { name: "pilot", scopes: ["api"], expiresAt: undefined },
  user: { id: 2, username: "pilot", admin: false, mayCreateGroups: true },
  namespace: {
    ...{ id: 3, path: "team", kind: "group", role: "parent", ours: false, visibility: "private" },
    ...{ level: 50, projectLevel: 30, groupLevel: 40 },
  },
  localWebhooks: true,
  immediateDeletion: true,
  repositories: new Map([
    ["fluxcd-gitops-setup", { state: "free", deleted: undefined }],
    ["fluxcd-gitops-application", { state: "free", deleted: undefined }],
  ]),
};

const state = mkdtempSync(join(tmpdir(), "timonier-urns-"));

// The unit tests share their modules, so the modules behind these mocks are loaded for this file
// alone.
beforeAll(() => {
  process.env.TIMONIER_STATE = state;
  process.env.GITLAB_TOKEN = "glpat-canary";
  vi.resetModules();
  vi.doMock(MOCKED.distribution, () => ({ fluxDistribution: async () => ({ text: "", objects: components }) }));
  vi.doMock(MOCKED.gitlab, () => ({ gatherFacts: async () => facts }));
  vi.doMock(MOCKED.tools, () => ({ ensureTools: async () => ({ kubectl: "kubectl" }) }));
  vi.doMock(MOCKED.kubeconfig, () => ({
    locateKubeconfig: () => "config",
    singleContext: async () => "kubeconfig",
  }));
  vi.doMock(MOCKED.cluster, () => ({
    gatherClusterFacts: async (): Promise<ClusterFacts> => ({
      ...{ server: "https://cluster", identity: "uid", kubernetesVersion: "v1.36.3" },
      ...{ denied: [], flux: undefined, preexisting: new Set() },
    }),
  }));
});
afterAll(async () => {
  // Pulumi's SDK is shared with the other unit tests, whose programs are not previews.
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "timonier",
    "none",
    false,
  );
  delete process.env.TIMONIER_STATE;
  delete process.env.GITLAB_TOKEN;
  for (const path of Object.values(MOCKED)) vi.doUnmock(path);
  vi.resetModules();
  rmSync(state, { recursive: true, force: true });
});

const settings: Readonly<Record<string, Record<string, string>>> = {
  embedded: { cluster: "embedded" },
  remote: {
    ...{
      cluster: "existing",
      gitlabUrl: "https://gitlab.example",
      namespace: "team/platform",
      createNamespace: "true",
    },
    ...{ codeOwners: "@team", imageAutomation: "true", webhookUrl: "https://hooks.example" },
    ...{ programRepository: "https://gitlab.example/team/timonier.git", programRef: "main" },
  },
};

/** As the engine hands it to the program. */
function configuration(stack: string): Record<string, string> {
  const project = parse(readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8")) as ProjectFile;
  return engineConfig(project, settings[stack] ?? {});
}

/**
 * Runs the program of a stack as a preview does.
 *
 * @returns what it registers, which goes on for a while
 */
async function run(stack: string): Promise<readonly Known[]> {
  await pulumi.runtime.setMocks(
    {
      // The program waits for this output of AdoptedProject.
      newResource: ({ inputs }) => ({ id: undefined, state: { recordedAt: "2026-01-01T00:00:00.000Z", ...inputs } }),
      call: ({ inputs }) => inputs,
    },
    "timonier",
    stack,
    true,
  );
  const known = watch(stack);
  const { createPlatform } = await import("../../../infra/platform.js");
  await createPlatform(parseConfig(configuration(stack), stack));
  return known;
}

/**
 * The mock engine's URNs have the type of one parent only; the real one's have those of all, and
 * their aliases.
 */
function watch(stack: string): readonly Known[] {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, callback: (error: unknown, answer?: { getUrn(): string }) => void): unknown;
  };
  const inner = monitor.registerResource.bind(monitor);
  // Types of a resource and of its parents, with those that aliases name, by the mock engine's URN.
  const types = new Map<string, readonly string[]>();
  const chains = (parent: string, type: string) =>
    (types.get(parent) ?? [""]).map((chain) => (chain ? `${chain}$${type}` : type));
  const known: Known[] = [];
  monitor.registerResource = (request, callback) =>
    inner(request, (error, answer) => {
      const type = request.getType();
      const earlier = request.getAliasesList().flatMap((alias) => alias.getSpec() ?? []);
      const [current = "", ...before] = [
        ...chains(request.getParent(), type),
        ...earlier.flatMap((spec) => chains(spec.getParenturn(), spec.getType() || type)),
      ];
      const urn = (chain: string) => `urn:pulumi:${stack}::timonier::${chain}::${request.getName()}`;
      known.push({ urn: urn(current), aliases: before.map(urn) });
      if (answer) types.set(answer.getUrn(), [current, ...before]);
      callback(error, answer);
    });
  return known;
}

test.each(["embedded", "remote"])("existing stacks keep every resource: %s", async (stack) => {
  const expected = (JSON.parse(readFileSync(fixture, "utf8")) as Record<string, string[]>)[stack] ?? [];
  expect(expected.length).toBeGreaterThan(20);
  const known = await run(stack);
  await vi.waitFor(
    () => {
      const found = new Set(known.flatMap(({ urn, aliases }) => [urn, ...aliases]));
      expect(expected.filter((urn) => !found.has(urn))).toEqual([]);
    },
    { timeout: 20_000, interval: 20 },
  );
});
