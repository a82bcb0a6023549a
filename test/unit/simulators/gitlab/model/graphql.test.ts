import { expect, test } from "vitest";
import { answerQuery } from "../../../../../simulators/gitlab/model/graphql.js";

const data = { currentUser: { id: "gid://gitlab/User/1", namespace: { id: "n" } } };

test("answers who the caller is", () => {
  expect(answerQuery("query { currentUser { id, namespace { id } } }", data)).toEqual({ data });
  expect(answerQuery("{currentUser{id}}", { currentUser: null })).toEqual({ data: { currentUser: null } });
});

test.each([
  "{ currentUser { id }",
  "{ projects { id } }",
  "mutation { x }",
  "{ currentUser(id: 1) { id } }",
  "{ constructor }",
  "",
])("says what it does not serve: %j", (query) =>
  expect(answerQuery(query, data)).toEqual({ errors: [{ message: expect.any(String) }] }),
);
