import fc from "fast-check";
import { expect, test } from "vitest";
import { pageHeaders, pageRequest, slice } from "../../../../../simulators/gitlab/model/paging.js";

const address = "https://127.0.0.1:1/api/v4/projects?search=a&page=2&per_page=2";

test("asks for twenty unless told, and gives a hundred at most", () => {
  expect(pageRequest({})).toEqual({ page: 1, perPage: 20 });
  expect(pageRequest({ page: "3", per_page: "1000" })).toEqual({ page: 3, perPage: 100 });
  expect(() => pageRequest({ page: "x" })).toThrow("page is invalid");
  expect(() => pageRequest({ per_page: "0" })).toThrow("per_page does not have a valid value");
});

test("says where the client is, and where next", () => {
  const headers = pageHeaders(5, { page: 2, perPage: 2 }, address);
  expect(headers).toMatchObject({
    "x-next-page": "3",
    "x-prev-page": "1",
    "x-page": "2",
    "x-per-page": "2",
    "x-total": "5",
    "x-total-pages": "3",
  });
  expect(headers.link).toContain('<https://127.0.0.1:1/api/v4/projects?search=a&page=3&per_page=2>; rel="next"');
  expect(headers.link).toContain('rel="last"');
});

test("an empty next page ends the list", () => {
  expect(pageHeaders(4, { page: 2, perPage: 2 }, address)).toMatchObject({ "x-next-page": "" });
  expect(pageHeaders(0, { page: 1, perPage: 20 }, address)).toMatchObject({ "x-next-page": "", "x-total-pages": "1" });
});

test("a client that follows the pages sees every element once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (list, perPage) => {
      const seen: number[] = [];
      for (let page = 1; page > 0; ) {
        seen.push(...slice(list, { page, perPage }));
        page = Number(pageHeaders(list.length, { page, perPage }, address)["x-next-page"]);
      }
      expect(seen).toEqual(list);
    }),
  );
});
