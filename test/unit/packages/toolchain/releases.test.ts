import { expect, test } from "vitest";
import type { Platform } from "../../../../packages/toolchain/go-platform.js";
import { pinnedChecksums } from "../../../../packages/toolchain/pinned-checksums.js";
import { originsOf, releaseOf, vendorHosts } from "../../../../packages/toolchain/releases.js";
import { type ToolName, toolNames, tools } from "../../../../packages/toolchain/tools.js";

const linux = { os: "linux", arch: "amd64" } as const;
const mac = { os: "darwin", arch: "arm64" } as const;
const at = (name: ToolName, platform: Platform) => releaseOf(tools[name], platform, vendorHosts);

test("pulumi and its Node host come out of one archive", () => {
  const [pulumi, host] = [at("pulumi", linux), at("pulumi-language-nodejs", linux)];
  const { version } = tools.pulumi;
  expect(pulumi).toMatchObject({
    url: `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-v${version}-linux-x64.tar.gz`,
    checksum: {
      form: "list",
      url: `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
    },
    member: "pulumi/pulumi",
  });
  expect(host).toEqual({ ...pulumi, member: "pulumi/pulumi-language-nodejs" });
});

test("Kubernetes is a bare file with its own checksum file", () => {
  const url = `https://dl.k8s.io/release/v${tools.kubectl.version}/bin/linux/amd64/kube-apiserver`;
  expect(at("kube-apiserver", linux)).toEqual({ kind: "file", url, checksum: { form: "bare", url: `${url}.sha256` } });
});

test("minikube is a bare file with its own checksum file, for every platform", () => {
  const url = `https://github.com/kubernetes/minikube/releases/download/v${tools.minikube.version}/minikube-darwin-arm64`;
  expect(at("minikube", mac)).toEqual({ kind: "file", url, checksum: { form: "bare", url: `${url}.sha256` } });
});

test("etcd for macOS is a zip archive", () => {
  const folder = `etcd-v${tools.etcd.version}-darwin-arm64`;
  expect(at("etcd", mac)).toMatchObject({ format: "zip", member: `${folder}/etcd` });
});

test("what is not published for macOS says so", () => {
  expect(at("kube-apiserver", mac)).toEqual({ kind: "none", reason: "kube-apiserver is published for Linux only" });
  expect(at("helm-controller", mac)).toMatchObject({ kind: "none" });
  expect(at("kubectl", mac)).toMatchObject({ kind: "file" });
});

test.each([linux, { os: "linux", arch: "arm64" }, mac] as const)(
  "kwok's checksums are pinned for $os on $arch",
  (on) => {
    for (const name of ["kwok", "kwokctl"] as const) {
      expect(at(name, on)).toMatchObject({
        checksum: { form: "pinned", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
    }
  },
);

test("the pinned checksums are those of the version in use: who raises it replaces them", () => {
  expect(pinnedChecksums.kwok.version).toBe(tools.kwok.version);
});

test("a Flux controller comes out of its image", () => {
  expect(at("source-controller", linux)).toEqual({
    kind: "image",
    registry: "https://ghcr.io",
    repository: "fluxcd/source-controller",
    tag: `v${tools["source-controller"].version}`,
    member: "usr/local/bin/source-controller",
  });
});

test("the hosts that must answer are those of the release and of its checksum", () => {
  expect(originsOf(at("kwok", linux))).toEqual(["https://github.com"]);
  expect(originsOf(at("kwok", { os: "darwin", arch: "amd64" }))).toEqual([
    "https://github.com",
    "https://api.github.com",
  ]);
  expect(originsOf(at("flux", linux))).toEqual(["https://github.com"]);
  expect(originsOf(at("helm-controller", linux))).toEqual(["https://ghcr.io"]);
  expect(originsOf(at("helm-controller", mac))).toEqual([]);
});

test("every tool has a release or a reason on every platform, and pinned hosts can be stood in for", () => {
  const hosts = { github: "http://g", githubApi: "http://a", kubernetes: "http://k", images: "http://i" };
  for (const name of toolNames) {
    for (const platform of [linux, mac]) {
      const release = releaseOf(tools[name], platform, hosts);
      expect(JSON.stringify(release)).not.toContain("https://");
    }
  }
});
