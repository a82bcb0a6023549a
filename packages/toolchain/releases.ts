import type { Platform } from "./go-platform.js";
import { pinnedKwok } from "./pinned-checksums.js";
import type { Tool, Vendor } from "./tools.js";

/** Servers on which vendors publish; tests and mirrors replace them. */
export interface VendorHosts {
  readonly github: string;
  readonly githubApi: string;
  readonly kubernetes: string;
  readonly images: string;
}

/** The servers of the vendors. */
export const vendorHosts: VendorHosts = {
  github: "https://github.com",
  githubApi: "https://api.github.com",
  kubernetes: "https://dl.k8s.io",
  images: "https://ghcr.io",
};

/**
 * Where a file's SHA-256 is published: in a list as `sha256sum` writes it (`list`), alone in a file
 * (`bare`), or as the digest of a release asset in GitHub's API (`github-asset`).
 */
export interface PublishedChecksum {
  readonly form: "list" | "bare" | "github-asset";
  readonly url: string;
}

/** A file's SHA-256: published by the vendor, or written in this program (`pinned`). */
export type Checksum = PublishedChecksum | { readonly form: "pinned"; readonly sha256: string };

/** Release of one tool for one platform. */
export type Release =
  | { readonly kind: "file"; readonly url: string; readonly checksum: Checksum }
  | {
      readonly kind: "archive";
      readonly format: "tar.gz" | "zip";
      readonly url: string;
      readonly checksum: Checksum;
      /** Path of the tool inside the archive. */
      readonly member: string;
    }
  | {
      readonly kind: "image";
      readonly registry: string;
      readonly repository: string;
      readonly tag: string;
      /** Path of the tool inside its file system, without a leading slash. */
      readonly member: string;
    }
  | { readonly kind: "none"; readonly reason: string };

type Layout = (tool: Tool, platform: Platform, hosts: VendorHosts) => Release;

/** Layout of each vendor's releases. */
const layouts: Readonly<Record<Vendor, Layout>> = {
  etcd: ({ version }, { os, arch }, { github }) => {
    const base = `${github}/etcd-io/etcd/releases/download/v${version}`;
    const folder = `etcd-v${version}-${os}-${arch}`;
    const format = os === "darwin" ? "zip" : "tar.gz";
    return {
      kind: "archive",
      format,
      url: `${base}/${folder}.${format}`,
      checksum: { form: "list", url: `${base}/SHA256SUMS` },
      member: `${folder}/etcd`,
    };
  },
  flux: ({ version }, { os, arch }, { github }) => {
    const base = `${github}/fluxcd/flux2/releases/download/v${version}`;
    return {
      kind: "archive",
      format: "tar.gz",
      url: `${base}/flux_${version}_${os}_${arch}.tar.gz`,
      checksum: { form: "list", url: `${base}/flux_${version}_checksums.txt` },
      member: "flux",
    };
  },
  "flux-image": ({ name, version }, { os }, { images }) =>
    os === "linux"
      ? {
          kind: "image",
          registry: images,
          repository: `fluxcd/${name}`,
          tag: `v${version}`,
          member: `usr/local/bin/${name}`,
        }
      : { kind: "none", reason: `${name} is published as a Linux image only` },
  kubernetes: ({ name, version }, { os, arch }, { kubernetes }) => {
    if (os !== "linux" && name !== "kubectl") return { kind: "none", reason: `${name} is published for Linux only` };
    const url = `${kubernetes}/release/v${version}/bin/${os}/${arch}/${name}`;
    return { kind: "file", url, checksum: { form: "bare", url: `${url}.sha256` } };
  },
  kwok: ({ name, version }, { os, arch }, { github, githubApi }) => {
    const file = `${name}-${os}-${arch}`;
    const url = `${github}/kubernetes-sigs/kwok/releases/download/v${version}/${file}`;
    // Another server may publish a build of its own.
    const sha256 = github === vendorHosts.github ? pinnedKwok(version, file) : undefined;
    if (sha256) return { kind: "file", url, checksum: { form: "pinned", sha256 } };
    const api = `${githubApi}/repos/kubernetes-sigs/kwok/releases/tags/v${version}`;
    return { kind: "file", url, checksum: { form: "github-asset", url: api } };
  },
  minikube: ({ version }, { os, arch }, { github }) => {
    const url = `${github}/kubernetes/minikube/releases/download/v${version}/minikube-${os}-${arch}`;
    return { kind: "file", url, checksum: { form: "bare", url: `${url}.sha256` } };
  },
  pulumi: ({ name, version }, { os, arch }, { github }) => {
    const base = `${github}/pulumi/pulumi/releases/download/v${version}`;
    return {
      kind: "archive",
      format: "tar.gz",
      url: `${base}/pulumi-v${version}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
      checksum: { form: "list", url: `${base}/pulumi-${version}-checksums.txt` },
      member: `pulumi/${name}`,
    };
  },
  "pulumi-kubernetes": ({ name, version }, { os, arch }, { github }) => {
    const base = `${github}/pulumi/pulumi-kubernetes/releases/download/v${version}`;
    return {
      kind: "archive",
      format: "tar.gz",
      url: `${base}/${name}-v${version}-${os}-${arch}.tar.gz`,
      checksum: { form: "list", url: `${base}/pulumi-kubernetes_${version}_checksums.txt` },
      member: name,
    };
  },
};

/** The vendor's release of a tool. */
export function releaseOf(tool: Tool, platform: Platform, hosts: VendorHosts): Release {
  return layouts[tool.vendor](tool, platform, hosts);
}

/** Origins of the servers that a download of the release needs; empty where there is no release. */
export function originsOf(release: Release): string[] {
  if (release.kind === "none") return [];
  if (release.kind === "image") return [new URL(release.registry).origin];
  const { url, checksum } = release;
  const urls = checksum.form === "pinned" ? [url] : [url, checksum.url];
  return [...new Set(urls.map((each) => new URL(each).origin))];
}
