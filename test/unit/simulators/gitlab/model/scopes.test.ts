import { expect, test } from "vitest";
import {
  deployScopes,
  gitAbilities,
  personalScopes,
  resourceScopes,
  scopesForMethod,
  suffices,
} from "../../../../../simulators/gitlab/model/scopes.js";

test.each([
  [["api"], true, true],
  [["read_api"], true, false],
  [["read_repository"], true, false],
  [["write_repository"], true, true],
  [["read_user"], false, false],
])("a token with %j downloads: %s, pushes: %s", (scopes, download, push) => {
  expect(gitAbilities(scopes)).toEqual({ download, push });
});

test("reading needs less than writing", () => {
  expect(suffices(["read_api"], scopesForMethod("GET"))).toBe(true);
  expect(suffices(["read_api"], scopesForMethod("POST"))).toBe(false);
  expect(suffices(["read_repository", "write_repository"], scopesForMethod("GET"))).toBe(false);
});

test("deploy tokens cannot have the API, nor bots the administrator's scopes", () => {
  expect(deployScopes).not.toContain("api");
  expect(resourceScopes).not.toContain("sudo");
  expect(personalScopes).toContain("api");
});
