import { expect, test } from "vitest";
import { addToList } from "../../../../cli/new-app/application-list.js";

const one = `import { nginx } from "./nginx.js";

/** The applications. */
export const applications = [nginx] as const;
`;

test("an application is imported and listed, with the imports in their order", () => {
  expect(addToList(one, "a-shop")).toBe(`import { aShop } from "./a-shop.js";
import { nginx } from "./nginx.js";

/** The applications. */
export const applications = [nginx, aShop] as const;
`);
});

test("a long list has one line for each application, and grows", () => {
  const names = Array.from({ length: 9 }, (_, index) => `application-number-${index}`);
  const text = names.reduce(addToList, one);
  expect(text).toContain("[\n  nginx,\n  applicationNumber0,\n");
  expect(text).toContain("  applicationNumber8,\n] as const;");
});

test("a list that has the application stays as it is", () => {
  const text = addToList(one, "shop");
  expect(addToList(text, "shop")).toBe(text);
});

test("a list of another form is refused", () => {
  expect(() => addToList("export const applications = all();\n", "shop")).toThrow(/unknown form[\s\S]*TIM-806/);
});
