import { expect, test } from "vitest";
import { parseForm } from "../../../../../simulators/gitlab/model/form.js";
import { readParams, refuseUnknown } from "../../../../../simulators/gitlab/model/params.js";
import type { Problem } from "../../../../../simulators/gitlab/model/problem.js";

test("reads what JSON, forms and queries write", () => {
  const spec = {
    n: "integer",
    b: "boolean",
    s: "strings",
    i: "integers",
    o: ["a", "b"],
    l: { each: { needs: {}, may: { k: "integer" } } },
    d: "day",
  } as const;
  expect(
    readParams({}, spec, { n: "7", b: "true", s: "x,y", i: [1, "2"], o: "a", l: { 0: { k: 1 } }, d: "2026-01-01" }),
  ).toEqual({
    n: 7,
    b: true,
    s: ["x", "y"],
    i: [1, 2],
    o: "a",
    l: [{ k: 1 }],
    d: "2026-01-01",
  });
});

test("names every error at once, in GitLab's words", () => {
  const read = () =>
    readParams(
      { name: "string", scopes: "strings" },
      { page: "integer", state: ["opened"], at: "day" },
      { page: "x", state: "y", at: "soon" },
    );
  expect(read).toThrow(
    expect.objectContaining({
      status: 400,
      body: {
        error: "name is missing, scopes is missing, page is invalid, state does not have a valid value, at is invalid",
      },
    }) as unknown as Problem,
  );
});

test("fields of objects and lists are read and named as GitLab names them", () => {
  const filter = { needs: { scope: "string" }, may: { deep: { needs: {}, may: { n: "integer" } } } } as const;
  const spec = { filter, list: { each: filter } } as const;
  expect(readParams({}, spec, { filter: { scope: "x", deep: { n: "1" } }, list: [{ scope: "y" }] })).toEqual({
    filter: { scope: "x", deep: { n: 1 } },
    list: [{ scope: "y" }],
  });
  const wrong = { filter: { deep: { n: "x", m: 1 } }, list: [{ scope: "y" }, { other: 1 }, 7] };
  expect(() => readParams({}, spec, wrong)).toThrow(
    expect.objectContaining({
      body: {
        error: [
          "filter[scope] is missing",
          "filter[deep][m] is not served by the embedded GitLab",
          "filter[deep][n] is invalid",
          "list[1][other] is not served by the embedded GitLab",
          "list[1][scope] is missing",
          "list[2] is invalid",
        ].join(", "),
      },
    }) as unknown as Problem,
  );
});

test("takes nothing that it was not told of", () => {
  expect(readParams({}, { a: "string" }, { a: "1", b: "2", __proto__: { c: 3 } })).toEqual({ a: "1" });
});

test("brackets make lists and objects", () => {
  expect(parseForm("a[]=1&a[]=2&f[scope]=x&l[][k]=1&l[][v]=2&l[][k]=3&plain=4")).toEqual({
    a: ["1", "2"],
    f: { scope: "x" },
    l: [{ k: "1", v: "2" }, { k: "3" }],
    plain: "4",
  });
});

test("a form cannot reach the prototype", () => {
  parseForm("__proto__[polluted]=1&a[__proto__][polluted]=1&constructor[prototype][polluted]=1");
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a parameter that is not served is refused, unless it asks for nothing", () => {
  expect(() => refuseUnknown(["a"], { a: 1, page: 2, b: false, c: [], d: "" })).not.toThrow();
  expect(() => refuseUnknown(["a"], { b: true, not: { c: 1 } })).toThrow(
    expect.objectContaining({
      status: 400,
      body: {
        error: "b is not served by the embedded GitLab, not is not served by the embedded GitLab",
      },
    }) as unknown as Problem,
  );
});
