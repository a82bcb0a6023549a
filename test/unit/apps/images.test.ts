import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { appsInput, buildApps } from "../../../apps/main.js";
import { nginx } from "../../../apps/nginx.js";
import { parseSettings } from "../../../apps/settings.js";
import { settingsFile } from "../../../apps/settings-file.js";
import { type Application, defineApplication } from "../../../constructs/application.js";
import { ScheduledJob } from "../../../constructs/scheduled-job.js";
import { image } from "../../../constructs/settings-schema.js";
import { StatefulService } from "../../../constructs/stateful-service.js";
import { WebService } from "../../../constructs/web-service.js";
import { Worker } from "../../../constructs/worker.js";
import { unfollowedImages } from "../../../infra/delivery/unfollowed-images.js";
import { markedImages } from "../../../packages/kit/image-marker.js";
import { renderTrees } from "../../../packages/manifests/tree.js";
import { provenanceOf } from "../../../packages/provenance/provenance.js";

const committed = readFileSync(settingsFile, "utf8");
const owned = committed.replace(
  "image: nginx:1.14.2",
  'image: { repository: nginx, policy: ">=1.14.0 <1.15.0", initial: 1.14.2 }',
);
const names = {
  cluster: "embedded",
  applicationUrl: "https://gitlab.com/team/application.git",
  imageAutomation: true,
};
const synthesize = (text: string, images = {}) =>
  renderTrees(buildApps({ ...appsInput(names, parseSettings(text)), images: new Map(Object.entries(images)) }));
const deployment = "infra/deployment.yaml";
const marker = '# {"$imagepolicy": "default:nginx"}';

test("an image that automation owns differs from a fixed one by Flux's marker only", () => {
  const [fixed, marked] = [synthesize(committed), synthesize(owned)].map(({ application }) => application);
  expect(marked?.get(deployment)).toBe(
    fixed?.get(deployment)?.replace("image: nginx:1.14.2", `image: nginx:1.14.2 ${marker}`),
  );
});

test("the tag that Git has stays, and the list of files stays as it is", () => {
  const [before, after] = [{}, { "default:nginx": "nginx:1.14.7" }].map((images) => synthesize(owned, images));
  expect(after?.application.get(deployment)).toContain(`image: nginx:1.14.7 ${marker}`);
  const list = "infra/.timonier-tree.json";
  expect(after?.application.get(list)).toBe(before?.application.get(list));
  expect(after?.setup).toEqual(before?.setup);
});

test("the tag of another repository is not kept", () => {
  const { application } = synthesize(owned, { "default:nginx": "example.org/nginx:1.14.7" });
  expect(application.get(deployment)).toContain(`image: nginx:1.14.2 ${marker}`);
});

test("the setup gets the objects of image automation, and nothing else changes there", () => {
  const [fixed, automated] = [committed, owned].map((text) => new Map(synthesize(text).setup));
  const text = automated?.get("clusters/embedded/image-automation.yaml") ?? "";
  for (const tree of [fixed, automated]) tree?.delete("clusters/embedded/.timonier-tree.json");
  automated?.delete("clusters/embedded/image-automation.yaml");
  expect(automated).toEqual(fixed);
  expect(text).toMatchInlineSnapshot(`
    "apiVersion: image.toolkit.fluxcd.io/v1
    kind: ImageRepository
    metadata:
      name: nginx
      namespace: default
    spec:
      image: nginx
      interval: 5m
    ---
    apiVersion: image.toolkit.fluxcd.io/v1
    kind: ImagePolicy
    metadata:
      name: nginx
      namespace: default
    spec:
      imageRepositoryRef:
        name: nginx
      policy:
        semver:
          range: ">=1.14.0 <1.15.0"
    ---
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: GitRepository
    metadata:
      annotations:
        timonier/push-only: "true"
      name: image-automation
      namespace: default
    spec:
      interval: 1m
      ref:
        branch: main
      secretRef:
        name: image-automation
      url: https://gitlab.com/team/application.git
    ---
    apiVersion: image.toolkit.fluxcd.io/v1
    kind: ImageUpdateAutomation
    metadata:
      name: image-automation
      namespace: default
    spec:
      git:
        commit:
          author:
            email: flux@timonier.invalid
            name: Flux
          messageTemplate: |-
            Update images

            {{ range .Changed.Changes }}- {{ .OldValue }} -> {{ .NewValue }}
            {{ end }}
        push:
          branch: timonier/images
          options:
            merge_request.create: "true"
            merge_request.remove_source_branch: "true"
            merge_request.target: main
            merge_request.title: Update images
      interval: 5m
      sourceRef:
        kind: GitRepository
        name: image-automation
      update:
        path: ./
        strategy: Setters
    "
  `);
});

test("in a stack without image controllers, the images are marked and nothing follows the policy", () => {
  const input = appsInput({ ...names, imageAutomation: false }, parseSettings(owned));
  const trees = renderTrees(buildApps(input));
  expect(trees.application).toEqual(synthesize(owned).application);
  expect([...trees.setup.keys()]).toEqual([...synthesize(committed).setup.keys()]);
  expect(unfollowedImages(input, trees)).toContain("(default:nginx): set timonier:imageAutomation to true");
  expect(unfollowedImages({ ...input, imageAutomation: true }, trees)).toBeUndefined();
  expect(unfollowedImages(input, synthesize(committed))).toBeUndefined();
  const later = { name: "production", position: 1, exclude: [] };
  expect(unfollowedImages({ ...input, environment: later }, trees)).toBeUndefined();
});

test("a settings file without such an image is synthesized as before", () => {
  expect(JSON.stringify([...synthesize(committed).setup.keys()])).not.toContain("image-automation");
});

const settings = z.strictObject({ image: image(), worker: z.strictObject({ image: image() }), oldImage: image() });
const shop = defineApplication({
  name: "shop",
  settings,
  build: ({ file }, { image, worker, oldImage }) => {
    new WebService(file("web"), "web", { image });
    new Worker(file("worker"), "worker", { image: worker.image });
    new ScheduledJob(file("job"), "job", { image: oldImage, schedule: "@daily" });
    new StatefulService(file("cache"), "cache", { image, port: 6379, volume: { size: "1Gi", mountPath: "/data" } });
  },
});

test("every workload has its marker, and each setting its own policy", () => {
  const of = (name: string) => ({ repository: `registry.example.org/team/${name}`, policy: "1.x", initial: "1.0.0" });
  const section = settings.parse({ image: of("web"), worker: { image: of("worker") }, oldImage: of("old") });
  const input = appsInput(names, { ...parseSettings(committed), ...{ shop: section } });
  const { application, setup } = renderTrees(buildApps(input, [nginx, shop] as unknown as readonly Application[]));
  const marked = ["web", "worker", "job", "cache"].map((file) => [
    ...markedImages(application.get(`applications/shop/${file}.yaml`) ?? ""),
  ]);
  expect(marked.flat()).toEqual([
    ["default:shop", "registry.example.org/team/web:1.0.0"],
    ["default:shop.worker", "registry.example.org/team/worker:1.0.0"],
    ["default:shop.old-image", "registry.example.org/team/old:1.0.0"],
    ["default:shop", "registry.example.org/team/web:1.0.0"],
  ]);
  const objects = parseAllDocuments(setup.get("clusters/embedded/image-automation.yaml") ?? "");
  const policies = objects.map((one) => one.toJS()).filter(({ kind }) => kind === "ImagePolicy");
  expect(policies.map(({ metadata }) => metadata.name)).toEqual(["shop", "shop.worker", "shop.old-image"]);
});

test("a wrong setting is named with what is expected", () => {
  const wrong = (text: string) => () => parseSettings(committed.replace("image: nginx:1.14.2", `image: ${text}`));
  expect(wrong("nginx")).toThrow('nginx.image: expected an image with its tag, NAME:TAG, got "nginx"');
  expect(wrong("{ repository: nginx, policy: 1.14.x }")).toThrow(
    /nginx\.image\.initial: expected the version to begin with.* until Git has one.*, got nothing/,
  );
  expect(wrong('{ repository: "nginx:1", policy: "newest", initial: 1.0.0, tag: x }')).toThrow(
    /nginx\.image\.repository: expected an image without a tag.*got "nginx:1"[\s\S]*nginx\.image\.policy: expected a range of versions.*got "newest"[\s\S]*nginx\.image\.tag: unknown; known here: repository, policy, initial/,
  );
  expect(wrong("{ repository: nginx, policy: 1.14.x, initial: 1.15.0 }")).toThrow(
    'nginx.image.initial: expected a version that policy "1.14.x" allows, got "1.15.0"',
  );
  expect(() => parseSettings(committed.replace("  image: nginx:1.14.2\n", ""))).toThrow(
    "nginx.image: expected an image with its tag, NAME:TAG, got nothing",
  );
});

test("provenance finds the setting behind an image that automation owns", async () => {
  const images = new Map([["default:nginx", "nginx:1.14.7"]]);
  const inputOf = (read: ReturnType<typeof parseSettings>) => ({ ...appsInput(names, read), images });
  const base = synthesize(owned.replace("replicas: 3", "replicas: 2"), { "default:nginx": "nginx:1.14.7" });
  const found = await provenanceOf({ settings: owned, inputOf, base });
  const line = owned.split("\n").findIndex((one) => one.includes("replicas: 3")) + 1;
  expect(found.find(({ kind }) => kind === "Deployment")).toMatchObject({ changed: true, of: "value", line });
});

test("in environments, tags are updated in the folder of the first one only", () => {
  const of = (name: string, position: number) => {
    const environment = { name, position, exclude: [] };
    const { setup, application } = renderTrees(buildApps(appsInput({ ...names, environment }, parseSettings(owned))));
    return {
      automation: setup.get("clusters/embedded/image-automation.yaml"),
      deployment: application.get(`environments/${name}/infra/deployment.yaml`),
    };
  };
  const [staging, production] = [of("staging", 0), of("production", 1)];
  expect(staging.automation).toContain("path: ./environments/staging\n");
  expect(production.automation).toBeUndefined();
  // A promotion reads the tag from the marked line.
  expect(production.deployment).toBe(staging.deployment);
});
