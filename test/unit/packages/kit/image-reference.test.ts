import { expect, test } from "vitest";
import { imageReference } from "../../../../packages/kit/image-reference.js";

const digest = `sha256:${"0a".repeat(32)}`;

test.each([
  "nginx",
  "nginx:1.29.1",
  "library/nginx",
  "Registry.Example.com/team/app:1.0",
  "REGISTRY:5000/app",
  "MyRegistry/app",
  "localhost/app",
  "localhost:5000/app:Tag_1",
  "[2001:db8::1]:5000/app",
  "ghcr.io/a/b__c/d---e:v1",
  `ghcr.io/app:1.0@${digest}`,
  `ghcr.io/app@${digest}`,
  `app@sha512:${"0a".repeat(64)}`,
])("%s is an image", (image) => {
  expect(image).toMatch(new RegExp(imageReference));
});

test.each([
  "",
  "Nginx",
  "Not An Image",
  "registry.example.com/Team/app",
  "ghcr.io/a..b",
  "ghcr.io/a._b",
  "ghcr.io/a___b",
  "-registry.example.com/app",
  "ghcr.io//app",
  "nginx:",
  "nginx:-1",
  `nginx:${"a".repeat(129)}`,
  "nginx@sha256:0a",
  `nginx@sha256:${"0A".repeat(32)}`,
  `nginx@md5:${"0a".repeat(16)}`,
  "https://ghcr.io/app",
])('"%s" is no image', (image) => {
  expect(image).not.toMatch(new RegExp(imageReference));
});
