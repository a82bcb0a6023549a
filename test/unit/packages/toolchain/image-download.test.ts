import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Http } from "../../../../packages/toolchain/http.js";
import { fetchFromImage } from "../../../../packages/toolchain/image-download.js";
import { tempFolder } from "./temp-folder.js";
import { type Answer, sha256, VendorStandIn } from "./vendor-stand-in.js";

const linux = { os: "linux", arch: "amd64" } as const;
const member = "usr/local/bin/source-controller";
let registry: VendorStandIn;
let http: Http;
const onBytes = () => {};
beforeEach(async () => {
  registry = await new VendorStandIn().start();
  http = new Http();
});
afterEach(async () => {
  await http.close();
  await registry.stop();
});

const image = () =>
  ({
    kind: "image",
    registry: registry.origin,
    repository: "fluxcd/source-controller",
    tag: "v1.9.4",
    member,
  }) as const;

/** Only with the token that the challenge leads to, as on ghcr.io. */
function guarded(answer: Answer) {
  return (headers: Record<string, unknown>): Answer =>
    headers.authorization === "Bearer anonymous"
      ? answer
      : {
          status: 401,
          headers: {
            "www-authenticate": `Bearer realm="${registry.origin}/token",service="reg",scope="repository:fluxcd/source-controller:pull"`,
          },
        };
}

async function layer(folder: string, path: string, content: string): Promise<Buffer> {
  await mkdir(join(folder, "root", path, ".."), { recursive: true });
  await writeFile(join(folder, "root", path), content);
  execFileSync("tar", ["-czf", join(folder, "layer"), "-C", join(folder, "root"), path]);
  return readFile(join(folder, "layer"));
}

/** Publishes an image with these layers. @returns digest of its index */
function publish(layers: readonly Buffer[], tamper: { layer?: Buffer; digestHeader?: string } = {}): void {
  const base = "/v2/fluxcd/source-controller";
  const layerType = "application/vnd.oci.image.layer.v1.tar+gzip";
  for (const blob of layers) {
    registry.answers.set(`${base}/blobs/sha256:${sha256(blob)}`, guarded({ body: tamper.layer ?? blob }));
  }
  const manifest = JSON.stringify({
    layers: layers.map((blob) => ({ mediaType: layerType, digest: `sha256:${sha256(blob)}`, size: blob.length })),
  });
  const type = "application/vnd.oci.image.manifest.v1+json";
  const index = JSON.stringify({
    manifests: [
      { mediaType: type, digest: `sha256:${sha256("arm")}`, platform: { os: "linux", architecture: "arm64" } },
      { mediaType: type, digest: `sha256:${sha256(manifest)}`, platform: { os: "linux", architecture: "amd64" } },
    ],
  });
  registry.answers
    .set("/token?service=reg&scope=repository%3Afluxcd%2Fsource-controller%3Apull", {
      body: JSON.stringify({ token: "anonymous" }),
    })
    .set(`${base}/manifests/sha256:${sha256(manifest)}`, guarded({ body: manifest }))
    .set(
      `${base}/manifests/v1.9.4`,
      guarded({
        body: index,
        headers: { "docker-content-digest": tamper.digestHeader ?? `sha256:${sha256(index)}` },
      }),
    );
}

test("takes the binary out of the platform's image with an anonymous token, the last layer first", async () => {
  // GIVEN
  const folder = await tempFolder();
  const base = await layer(folder, "etc/os-release", "alpine");
  publish([base, await layer(folder, member, "binary")]);
  // WHEN
  const file = await fetchFromImage(image(), linux, { http, folder, onBytes });
  // THEN
  expect(await readFile(file, "utf8")).toBe("binary");
  expect(registry.asked).not.toContain(`GET /v2/fluxcd/source-controller/blobs/sha256:${sha256(base)}`);
});

test("a layer that is not what its digest says is refused", async () => {
  const folder = await tempFolder();
  publish([await layer(folder, member, "binary")], { layer: await layer(folder, member, "other") });
  await expect(fetchFromImage(image(), linux, { http, folder, onBytes })).rejects.toThrow(/has the digest sha256:/);
});

test("an index that is not what the registry says it is is refused", async () => {
  const folder = await tempFolder();
  publish([await layer(folder, member, "binary")], { digestHeader: `sha256:${"0".repeat(64)}` });
  await expect(fetchFromImage(image(), linux, { http, folder, onBytes })).rejects.toThrow(/expected sha256:0000/);
});

test("an image without the file or for other platforms only says so", async () => {
  const folder = await tempFolder();
  publish([await layer(folder, "etc/os-release", "alpine")]);
  await expect(fetchFromImage(image(), linux, { http, folder, onBytes })).rejects.toThrow(`contains no /${member}`);
  await expect(fetchFromImage(image(), { os: "darwin", arch: "amd64" }, { http, folder, onBytes })).rejects.toThrow(
    "has no image for darwin/amd64",
  );
});
