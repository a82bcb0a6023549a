import { expect, test } from "vitest";
import { imageMarker, markedImages, withoutMarkedImages } from "../../../../packages/kit/image-marker.js";

const marked = (image: string) => `containers:
  - image: ${image} ${imageMarker("default:shop")}
    name: shop
  - image: nginx:1.14.2
`;

test("the images of marked lines are found, also in quotes", () => {
  const port = "127.0.0.1:5000/team/shop:1.0.0";
  expect([...markedImages(marked(port))]).toEqual([["default:shop", port]]);
  expect([...markedImages(marked(`"${port}"`))]).toEqual([["default:shop", port]]);
  expect(markedImages("image: nginx:1.14.2 # a comment\n")).toEqual(new Map());
});

test("without them, two texts differ only in what a synthesis decides", () => {
  const [one, other] = ["shop:1.0.0", "shop:1.1.0"].map(marked);
  expect(withoutMarkedImages(one ?? "")).toBe(withoutMarkedImages(other ?? ""));
  expect(withoutMarkedImages(one ?? "")).toContain("image: nginx:1.14.2");
  expect(withoutMarkedImages("image: a:1\n")).toBe("image: a:1\n");
});
