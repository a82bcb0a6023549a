import { expect, test } from "vitest";
import { markImages } from "../../../../packages/manifests/mark-images.js";

const text = `image: a:1
---
spec:
  image: a:1
  note: "image: a:1"
  containers:
    - image: b:1
    - image: "0:1"
`;

test("each image is marked in its own document only, and every other byte stays", () => {
  const owned = [
    { policy: "default:a", image: "a:1" },
    { policy: "default:zero", image: "0:1" },
  ];
  expect(markImages(text, [[], owned])).toBe(`image: a:1
---
spec:
  image: a:1 # {"$imagepolicy": "default:a"}
  note: "image: a:1"
  containers:
    - image: b:1
    - image: "0:1" # {"$imagepolicy": "default:zero"}
`);
  expect(markImages(text, [[], []])).toBe(text);
});
