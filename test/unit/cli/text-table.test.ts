import { expect, test } from "vitest";
import { table } from "../../../cli/text-table.js";

/** Lines of a table with rows `aN`, `N`, the last of which has another first cell. */
function lines(count: number, last: string): string[] {
  const rows = [...Array(count).keys()].map((index) => [index === count - 1 ? last : `a${index}`, `${index}`]);
  return table(["NAME", "NUMBER"], rows).split("\n");
}

test.each([
  ["ASCII", "the-widest"],
  ["a colour", "\u001B[31mthe-widest\u001B[39m"],
  ["a shortened text", "the-wides…"],
  ["wide characters", "五五五五五"],
])("columns of a long table are as wide as the widest cell, at the end and with %s", (_, last) => {
  const text = lines(60, last);
  expect(text).toHaveLength(61);
  expect(text[0]).toBe("NAME        NUMBER");
  expect(text[1]).toBe("a0          0");
  expect(text[30]).toBe("a29         29");
  expect(text[60]).toBe(`${last}  59`);
});

test("a cell with two lines takes two", () => {
  expect(lines(60, "one\ntwo").slice(-3)).toEqual(["a58   58", "one   59", "two"]);
});
