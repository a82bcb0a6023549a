import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { secret, UNKNOWN } from "../../../../packages/provider-host/properties.js";
import { toStruct } from "../../../../packages/provider-host/protocol.js";
import { send } from "../../packages/provider-host/host.js";
import { Engine } from "./engine.js";
import type { StandIn } from "./stand-in.js";

const Project = "gitlab:index/project:Project";
const BranchProtection = "gitlab:index/branchProtection:BranchProtection";
const ProjectDeployToken = "gitlab:index/projectDeployToken:ProjectDeployToken";
const ProjectAccessToken = "gitlab:index/projectAccessToken:ProjectAccessToken";
const ProjectHook = "gitlab:index/projectHook:ProjectHook";
const ProjectVariable = "gitlab:index/projectVariable:ProjectVariable";

let engine: Engine;
let gitlab: StandIn;

beforeEach(async () => {
  engine = await Engine.start();
  gitlab = engine.gitlab;
});

afterEach(() => engine.close());

describe("a project", () => {
  const inputs = { name: "app", path: "app", namespaceId: 7, visibilityLevel: "private" };

  test("is made, read back without change, changed and deleted in two steps", async () => {
    const { id, state } = await engine.create(Project, inputs);
    expect(id).toBe("101");
    expect(state).toMatchObject({ ...inputs, pathWithNamespace: "group/app", defaultBranch: "main", emptyRepo: false });

    const found = await engine.read(Project, id, state, inputs);
    expect(found.inputs).toEqual(inputs);
    expect(found.state).toEqual(state);

    const changed = await engine.update(Project, id, state, inputs, { ...inputs, description: "new" });
    expect(changed.description).toBe("new");
    expect(gitlab.requests.find(({ method }) => method === "PUT")?.body).toEqual({ description: "new" });

    await engine.remove(Project, id, changed);
    expect(gitlab.writes.slice(-1)).toEqual([`DELETE projects/${id}`]);
    expect((await engine.read(Project, id, state, inputs)).id).toBe("");
  });

  test("sends an empty description for one that was taken back, and nothing else", async () => {
    const { id, state } = await engine.create(Project, { ...inputs, description: "old" });
    await engine.update(Project, id, state, { ...inputs, description: "old" }, inputs);
    expect(gitlab.requests.find(({ method }) => method === "PUT")?.body).toEqual({ description: "" });
  });

  test("drift shows in the inputs of a refresh", async () => {
    const { id, state } = await engine.create(Project, inputs);
    Object.assign(gitlab.objects.get(`projects/${id}`) ?? {}, { visibility: "public", merge_method: "ff" });
    const found = await engine.read(Project, id, state, inputs);
    expect(found.inputs).toEqual({ ...inputs, visibilityLevel: "public" });
    expect((await engine.diff(Project, found.inputs, inputs)).changed).toEqual(["visibilityLevel"]);
  });

  test("marked for deletion counts as gone", async () => {
    const { id, state } = await engine.create(Project, inputs);
    Object.assign(gitlab.objects.get(`projects/${id}`) ?? {}, { marked_for_deletion_on: "2025-11-23" });
    expect((await engine.read(Project, id, state, inputs)).id).toBe("");
  });

  test("is made once although GitLab's answer got lost", async () => {
    gitlab.faults.push({ method: "POST", path: /^projects$/, when: "after", status: 502, times: 1 });
    const { id } = await engine.create(Project, inputs);
    expect(id).toBe("101");
    expect(gitlab.writes).toEqual(["POST projects"]);
  });

  test("is made again when the lost request was never carried out", async () => {
    gitlab.faults.push({ method: "POST", path: /^projects$/, when: "before", status: 502, times: 1 });
    const { id } = await engine.create(Project, inputs);
    expect(id).toBe("101");
    expect(gitlab.writes).toEqual(["POST projects", "POST projects"]);
  });

  test("a taken path is the user's to fix, and the token stays out of the words", async () => {
    await engine.create(Project, inputs);
    const refused = await engine.create(Project, inputs).catch((error: { details: string }) => error.details);
    expect(refused).toMatch(
      /the name is taken.*path has already been taken\n {2}where: POST .*\n {2}fix: {3}choose another/,
    );
    expect(refused).not.toContain("glpat-canary");
  });

  test("an error after creation leaves it in the state", async () => {
    gitlab.faults.push({ method: "POST", path: /archive$/, when: "before", status: 403, times: 1 });
    const failed = await engine.create(Project, { ...inputs, archived: true }).catch((error) => error);
    expect(failed.metadata.get("grpc-status-details-bin")).toHaveLength(1);
  });

  test("a generated name is kept, and noted as the official plugin notes it", async () => {
    const first = await engine.check(Project, {});
    expect(first.inputs.name).toMatch(/^thing-[0-9a-f]{7}$/);
    expect(first.inputs.__defaults).toEqual(["name"]);
    expect((await engine.check(Project, {}, first.inputs)).inputs.name).toBe(first.inputs.name);
  });

  test("an import has everything that GitLab tells", async () => {
    const { id } = await engine.create(Project, inputs);
    const found = await engine.read(Project, id);
    expect(found.inputs).toMatchObject({ name: "app", path: "app", visibilityLevel: "private", namespaceId: 7 });
    expect(found.inputs).not.toHaveProperty("webUrl");
  });
});

describe("protection of a branch", () => {
  const inputs = { project: "101", branch: "main", pushAccessLevel: "no one", mergeAccessLevel: "maintainer" };
  const path = "projects/101/protected_branches";

  test("takes the place of GitLab's own", async () => {
    // GIVEN GitLab's own protection of the default branch
    gitlab.objects.set(`${path}/main`, {
      id: 5,
      name: "main",
      push_access_levels: [{ access_level: 40 }],
      merge_access_levels: [{ access_level: 40 }],
      allow_force_push: false,
    });
    const { id, state } = await engine.create(BranchProtection, inputs);
    expect(id).toBe("101:main");
    expect(state).toMatchObject({ ...inputs, allowForcePush: false, allowedToPushes: [] });
    expect(gitlab.writes).toEqual([`POST ${path}`, `DELETE ${path}/main`, `POST ${path}`]);
    expect(gitlab.requests.at(-1)?.body).toEqual({ name: "main", push_access_level: 0, merge_access_level: 40 });
  });

  test("does not take GitLab's own for one that was made unseen", async () => {
    const levels = { push_access_levels: [{ access_level: 40 }], merge_access_levels: [{ access_level: 40 }] };
    gitlab.objects.set(`${path}/main`, { id: 5, name: "main", ...levels, allow_force_push: false });
    gitlab.faults.push({ method: "POST", path: /protected_branches$/, when: "before", status: 502, times: 1 });
    expect((await engine.create(BranchProtection, inputs)).state.pushAccessLevel).toBe("no one");
    expect(gitlab.objects.get(`${path}/main`)).toMatchObject({ push_access_level: 0 });
  });

  test("leaves one alone that is as wanted", async () => {
    await engine.create(BranchProtection, inputs);
    gitlab.requests.length = 0;
    await engine.create(BranchProtection, inputs);
    expect(gitlab.writes).toEqual([`POST ${path}`]);
  });

  test("puts the old one back when GitLab refuses the new one", async () => {
    const { id, state } = await engine.create(BranchProtection, inputs);
    gitlab.faults.push({ method: "POST", path: /protected_branches$/, when: "before", status: 422, times: 1 });
    const wanted = { ...inputs, mergeAccessLevel: "developer" };
    await expect(engine.update(BranchProtection, id, state, inputs, wanted)).rejects.toThrow(/\(422\)/);
    expect(gitlab.objects.get(`${path}/main`)).toMatchObject({ push_access_level: 0, merge_access_level: 40 });
  });

  test("force pushes are allowed in place", async () => {
    const { id, state } = await engine.create(BranchProtection, inputs);
    gitlab.requests.length = 0;
    const changed = await engine.update(BranchProtection, id, state, inputs, { ...inputs, allowForcePush: true });
    expect(gitlab.writes).toEqual([`PATCH ${path}/main`]);
    expect(changed.allowForcePush).toBe(true);
  });

  test("refuses a level that is none", async () => {
    const { failures } = await engine.check(BranchProtection, { ...inputs, pushAccessLevel: "nobody" });
    expect(failures).toEqual([expect.stringMatching(/^pushAccessLevel: "nobody" is not an access level: no one, /)]);
    expect((await engine.check(BranchProtection, { ...inputs, pushAccessLevel: UNKNOWN })).failures).toEqual([]);
  });
});

describe("a deploy token", () => {
  const inputs = { project: "101", name: "reader", scopes: ["read_repository"], expiresAt: "2030-01-01T00:00:00Z" };

  test("keeps its value through a refresh, as a secret", async () => {
    const { id, state } = await engine.create(ProjectDeployToken, inputs);
    expect(id).toBe("101:101");
    expect(state.token).toEqual(secret("secret-101"));
    // WHEN GitLab writes the time in its own way
    Object.assign(gitlab.objects.get("projects/101/deploy_tokens/101") ?? {}, {
      expires_at: "2030-01-01T00:00:00.000Z",
    });
    const found = await engine.read(ProjectDeployToken, id, state, inputs);
    // THEN nothing differs
    expect(found.inputs).toEqual(inputs);
    expect(found.state.token).toEqual(secret("secret-101"));
  });

  test("any change makes a new one, beside the old one", async () => {
    const news = { ...inputs, expiresAt: "2031-01-01T00:00:00Z" };
    expect(await engine.diff(ProjectDeployToken, inputs, news)).toEqual({
      changed: ["expiresAt"],
      replaces: ["expiresAt"],
      deleteFirst: false,
    });
    const local = await engine.diff(ProjectDeployToken, inputs, { ...inputs, validatePastExpirationDate: true });
    expect(local.replaces).toEqual([]);
    expect((await engine.diff(ProjectDeployToken, inputs, { ...inputs, scopes: ["read_repository"] })).changed).toEqual(
      [],
    );
  });

  test("one that was made unseen is deleted: without its value it is of no use", async () => {
    await engine.create(ProjectDeployToken, inputs);
    gitlab.requests.length = 0;
    gitlab.faults.push({ method: "POST", path: /deploy_tokens$/, when: "after", status: 500, times: 1 });
    const { id, state } = await engine.create(ProjectDeployToken, inputs);
    const path = "projects/101/deploy_tokens";
    expect(gitlab.writes).toEqual([`POST ${path}`, `DELETE ${path}/102`, `POST ${path}`]);
    expect([id, state.token]).toEqual(["101:103", secret("secret-103")]);
    // AND the one that was there before, of the same name, still is
    expect(gitlab.objects.has(`${path}/101`)).toBe(true);
  });

  test("refuses a day in the past where it is asked to look", async () => {
    const past = { ...inputs, expiresAt: "2020-01-01", validatePastExpirationDate: true };
    expect((await engine.check(ProjectDeployToken, past)).failures).toEqual(["expiresAt: 2020-01-01 is in the past"]);
  });
});

describe("an access token", () => {
  const rotation = { expirationDays: 30, rotateBeforeDays: 7 };
  const inputs = {
    project: "101",
    name: "bot",
    scopes: ["api"],
    accessLevel: "reporter",
    rotationConfiguration: rotation,
  };
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  test("expires as its rotation says, and says its level by name", async () => {
    const { id, state } = await engine.create(ProjectAccessToken, inputs);
    expect(id).toBe("101:101");
    expect(gitlab.requests.at(-1)?.body).toEqual({
      name: "bot",
      scopes: ["api"],
      access_level: 20,
      expires_at: inDays(30),
    });
    expect(state).toMatchObject({ accessLevel: "reporter", expiresAt: inDays(30) });
  });

  test("is recreated in its last days", async () => {
    const soon = await engine.diff(ProjectAccessToken, inputs, inputs, { expiresAt: inDays(5) });
    expect(soon).toEqual({
      changed: ["rotationConfiguration"],
      replaces: ["rotationConfiguration"],
      deleteFirst: false,
    });
    expect((await engine.diff(ProjectAccessToken, inputs, inputs, { expiresAt: inDays(20) })).changed).toEqual([]);
  });

  test("a revoked one is gone", async () => {
    const { id, state } = await engine.create(ProjectAccessToken, inputs);
    Object.assign(gitlab.objects.get("projects/101/access_tokens/101") ?? {}, { revoked: true });
    expect((await engine.read(ProjectAccessToken, id, state, inputs)).id).toBe("");
  });
});

test("a hook keeps its token, which GitLab never gives back, and is updated with its address", async () => {
  const inputs = { project: "101", url: "https://flux.example/hook", token: "t", pushEvents: true, name: "flux" };
  const { id, state } = await engine.create(ProjectHook, { ...inputs, token: secret("t") });
  expect([id, state.token, state.hookId]).toEqual(["101:101", secret("t"), 101]);
  const found = await engine.read(ProjectHook, id, { ...state }, { ...inputs, token: secret("t") });
  expect(found.inputs).toEqual({ ...inputs, token: secret("t") });
  await engine.update(ProjectHook, id, state, inputs, { ...inputs, pushEvents: false });
  expect(gitlab.requests.find(({ method }) => method === "PUT")?.body).toEqual({ url: inputs.url, push_events: false });
});

test("a hook keeps the values of its headers, of which GitLab only tells the names", async () => {
  const headers = [{ key: "X-Flux", value: "v" }];
  const inputs = { project: "101", url: "https://flux.example/hook", name: "flux", customHeaders: headers };
  const { id, state } = await engine.create(ProjectHook, inputs);
  const found = await engine.read(ProjectHook, id, state, inputs);
  expect([found.inputs.customHeaders, found.state.customHeaders]).toEqual([headers, headers]);
});

test("a variable is told from its namesakes by its environment", async () => {
  const inputs = { project: "101", key: "URL", value: "a", environmentScope: "review/*" };
  const { id, state } = await engine.create(ProjectVariable, inputs);
  expect(id).toBe("101:URL:review/*");
  expect((await engine.read(ProjectVariable, id, state, inputs)).inputs).toEqual(inputs);
  await engine.update(ProjectVariable, id, state, inputs, { ...inputs, value: "b" });
  const put = gitlab.requests.find(({ method }) => method === "PUT");
  expect([put?.body, put?.query]).toEqual([{ value: "b" }, { "filter[environment_scope]": "review/*" }]);
  await engine.remove(ProjectVariable, id, state);
  expect((await engine.read(ProjectVariable, id, state, inputs)).id).toBe("");
});

test("a variable for every environment has the star in its id", async () => {
  const { id, state } = await engine.create(ProjectVariable, { project: "101", key: "URL", value: "a" });
  expect(id).toBe("101:URL:*");
  expect((await engine.read(ProjectVariable, id, state, { project: "101", key: "URL", value: "a" })).id).toBe(id);
});

test("a change of what names it makes a new one", async () => {
  const inputs = { project: "101", key: "A", value: "a" };
  const moved = await engine.diff(ProjectVariable, inputs, { ...inputs, key: "B" });
  expect([moved.replaces, moved.deleteFirst]).toEqual([["key"], false]);
  const hidden = await engine.diff(ProjectVariable, inputs, { ...inputs, hidden: true });
  expect([hidden.replaces, hidden.deleteFirst]).toEqual([["hidden"], true]);
});

test("nothing is called in a preview", async () => {
  const { state } = await engine.create(Project, { name: "app", namespaceId: UNKNOWN }, true);
  expect(state).toEqual({ name: "app", namespaceId: UNKNOWN });
  expect(gitlab.requests).toEqual([]);
});

test("what it cannot do is refused, not ignored", async () => {
  const { failures } = await engine.check(Project, { name: "app", avatar: "a.png" });
  expect(failures).toEqual(["avatar: avatars can be uploaded by the official plugin only"]);
  const request = new messages.CheckRequest().setNews(toStruct({ clientCert: "c.pem" }));
  const checked = await send(engine.plugin.client, "checkConfig", request);
  expect(checked.getFailuresList().map((failure) => failure.getProperty())).toEqual(["clientCert"]);
});
