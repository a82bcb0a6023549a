import fc from "fast-check";
import { expect, test } from "vitest";
import { secret } from "../../../../packages/provider-host/properties.js";
import { readSchema } from "../../../../sdks/gitlab/generate.js";
import { resultOf } from "../../../../simulators/gitlab-provider/functions.js";
import { parseSettings } from "../../../../simulators/gitlab-provider/provider-config.js";
import { fill } from "../../../../simulators/gitlab-provider/rest-api.js";
import { covers, fromWire, snake, toWire } from "../../../../simulators/gitlab-provider/wire.js";

const schema = readSchema();

test.each([
  ["sshUrlToRepo", "ssh_url_to_repo"],
  ["onlyAllowMergeIfAllDiscussionsAreResolved", "only_allow_merge_if_all_discussions_are_resolved"],
  ["contentSha256", "content_sha256"],
  ["externalK8sProxyUrl", "external_k8s_proxy_url"],
])("%s is %s to REST", (name, wire) => expect(snake(name)).toBe(wire));

test("whatever was asked for covers itself", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => covers(value, structuredClone(value))));
});

test.each([
  [["a", "b"], ["b", "a"], true],
  [["a"], ["a", "b"], false],
  [["a", "a"], ["a", "b"], false],
  ["2030-01-01", "2030-01-01T00:00:00.000Z", true],
  ["2030-01-01T01:00:00+01:00", "2030-01-01T00:00:00Z", true],
  ["2030-01-01", "2030-01-02", false],
  ["", null, true],
  [[], undefined, true],
  [false, undefined, false],
  [12, "12", true],
  [[{ userId: 1 }], [{ userId: 1, accessLevelDescription: "x" }], true],
  [[{ userId: 1 }], [{ userId: 2 }], false],
])("asked for %j, GitLab has %j: %s", (asked, actual, expected) => expect(covers(asked, actual)).toBe(expected));

test("nested names change their case both ways, notes of other plugins stay behind", () => {
  const value = { keepN: 5, nameRegexKeep: "x", __defaults: [] };
  expect(toWire(value)).toEqual({ keep_n: 5, name_regex_keep: "x" });
  const type = "ProjectContainerExpirationPolicy:ProjectContainerExpirationPolicy";
  expect(fromWire(type, { keep_n: 5, name_regex_keep: "x", odd: 1 }, schema.types)).toEqual({
    keepN: 5,
    nameRegexKeep: "x",
  });
});

test("paths hold names as one part", () => {
  expect(fill("projects/{project}/repository/files/{filePath}", { project: "a/b", filePath: "docs/ä b.md" })).toBe(
    "projects/a%2Fb/repository/files/docs%2F%C3%A4%20b.md",
  );
  expect(() => fill("projects/{project}", {})).toThrow(/no project/);
});

test("a function's result is what the official provider's is: objects in lists, echoes, zeros, secrets", () => {
  const token = "gitlab:index/getProject:getProject";
  const described = schema.functions[token];
  if (!described) throw new Error("no getProject");
  const answer = { id: 5, path: "app", namespace: { id: 7, full_path: "g" }, runners_token: "r", tag_list: ["x"] };
  const result = resultOf(described, schema.types, answer, { pathWithNamespace: "g/app" });
  expect(result).toMatchObject({
    id: "5",
    path: "app",
    namespaces: [{ id: 7, fullPath: "g" }],
    pathWithNamespace: "g/app",
    runnersToken: secret("r"),
    tagLists: ["x"],
    topics: [],
    starCount: 0,
    archived: false,
  });
});

test("settings come from the program, then from the environment", () => {
  const env = { GITLAB_TOKEN: "e", GITLAB_BASE_URL: "https://env.example" };
  expect(parseSettings({}, env)).toMatchObject({ url: "https://env.example", token: "e", insecure: false });
  const args = { baseUrl: "https://a.example", token: "t", insecure: "true", retries: "2", headers: '{"X":"y"}' };
  expect(parseSettings(args, env)).toEqual({
    url: "https://a.example",
    token: "t",
    caFile: undefined,
    insecure: true,
    retries: 2,
    headers: { X: "y" },
    earlyAuthCheck: false,
  });
  expect(() => parseSettings({}, {})).toThrow(/the token for GitLab is missing[\s\S]*fix: {3}export GITLAB_TOKEN/);
});
