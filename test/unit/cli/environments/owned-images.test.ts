import { expect, test } from "vitest";
import { readSettingsFiles } from "../../../../apps/settings-file.js";
import { applicationOfPolicy, pathsOfOwnedImages } from "../../../../cli/environments/owned-images.js";

const { settings } = await readSettingsFiles();
const environments = "environments:\n  - name: staging\n  - name: production\n";

test("files with an image that automation owns are found; without such a setting there are none", () => {
  const policy = 'image: { repository: nginx, policy: ">=1.14.0 <1.15.0", initial: 1.14.2 }';
  const automated = settings.replace("image: nginx:1.14.2", policy);
  expect(automated).not.toBe(settings);
  expect(pathsOfOwnedImages({ settings: automated, environments }, "production")).toEqual([
    "environments/production/infra/deployment.yaml",
  ]);
  expect(pathsOfOwnedImages({ settings, environments }, "production")).toEqual([]);
});

test.each([
  ["default:shop", "shop"],
  ["default:shop.worker", "shop"],
])("the policy %s belongs to %s", (policy, application) => {
  expect(applicationOfPolicy(policy)).toBe(application);
});
