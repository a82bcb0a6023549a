import { expect, test } from "vitest";
import { readSchema } from "../../../../sdks/gitlab/generate.js";
import { tables } from "../../../../simulators/gitlab-provider/gitlab-plugin.js";
import { formatId, parseId } from "../../../../simulators/gitlab-provider/resource-table.js";

const schema = readSchema();

test("there is a table for every resource of the package, and for no other", () => {
  expect(Object.keys(tables).sort()).toEqual(Object.keys(schema.resources).sort());
});

test.each(Object.entries(tables))("the table of %s names only properties that there are", (token, table) => {
  const resource = schema.resources[token];
  const inputs = Object.keys(resource?.inputs ?? {});
  const all = [...inputs, ...Object.keys(resource?.outputs ?? {})];
  const named = [
    ...(table.local ?? []),
    ...(table.writeOnly ?? []),
    ...(table.createOnly ?? []),
    ...(table.identity ?? []),
    ...(Array.isArray(table.replaceOn) ? table.replaceOn : []),
    ...Object.keys(table.unsupported ?? {}),
    ...table.id.filter((part) => part !== "objectId"),
  ];
  expect(named.filter((name) => !inputs.includes(name))).toEqual([]);
  expect([...Object.keys(table.names ?? {}), ...(table.once ?? [])].filter((name) => !all.includes(name))).toEqual([]);
  // What is secret in an answer is told once or is known: never lost by a refresh.
  const places = [table.collection, table.item].join(" ").matchAll(/\{(\w+)\}/g);
  for (const [, place] of places) expect([...inputs, "objectId"]).toContain(place);
});

test.each([
  ["gitlab:index/project:Project", "101"],
  ["gitlab:index/group:Group", "7"],
  ["gitlab:index/branch:Branch", "12345:develop"],
  ["gitlab:index/branchProtection:BranchProtection", "12345:main"],
  ["gitlab:index/deployKey:DeployKey", "richardc/example:3"],
  ["gitlab:index/groupAccessToken:GroupAccessToken", "12345:1"],
  ["gitlab:index/groupDeployToken:GroupDeployToken", "1:4"],
  ["gitlab:index/personalAccessToken:PersonalAccessToken", "12345:1"],
  ["gitlab:index/pipelineSchedule:PipelineSchedule", "1:3"],
  ["gitlab:index/projectAccessToken:ProjectAccessToken", "12345:1"],
  ["gitlab:index/projectApprovalRule:ProjectApprovalRule", "12345:6"],
  ["gitlab:index/projectDeployToken:ProjectDeployToken", "1:4"],
  ["gitlab:index/projectHook:ProjectHook", "12345:1"],
  ["gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes", "123"],
  ["gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals", "1234"],
  ["gitlab:index/projectShareGroup:ProjectShareGroup", "12345:1337"],
  ["gitlab:index/projectVariable:ProjectVariable", "12345:project_variable_key:*"],
  ["gitlab:index/repositoryFile:RepositoryFile", "1:main:foo/b:ar.txt"],
])("%s has the official provider's id %s", (token, id) => {
  const parts = tables[token]?.id ?? [];
  expect(formatId(parts, parseId(parts, id))).toBe(id);
});

test("an id of another form is refused with the form that is wanted", () => {
  expect(() => parseId(["project", "objectId"], "12")).toThrow('the id "12" is not of the form PROJECT:OBJECTID');
});
