import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../../../packages/kit/progress.js";
import { cacheRoot } from "../../../packages/toolchain/cache.js";

/** What a node needs of Debian; none of it starts a service where systemd does not run. */
const needed = [
  ...["containerd", "runc", "containernetworking-plugins", "iptables", "conntrack", "socat", "ebtables", "ethtool"],
  ...["iproute2", "procps"],
];

/** nginx and what it is linked with: unpacked, since installing it would start it. */
const unpacked = ["nginx", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g"];

const quiet = { env: { DEBIAN_FRONTEND: "noninteractive" }, reject: false, all: true, stdin: "ignore" } as const;

/** Installs what is missing, and removes nothing for it. @returns why it cannot; undefined when all is there */
export async function installPackages(progress: Progress): Promise<string | undefined> {
  const missing: string[] = [];
  for (const name of needed) {
    const { stdout } = await execa("dpkg-query", ["--show", "--showformat=${db:Status-Status}", name], quiet);
    if (stdout !== "installed") missing.push(name);
  }
  if (missing.length === 0) return undefined;
  progress(`installing ${missing.join(", ")}`);
  await execa("apt-get", ["update"], quiet);
  const args = ["install", "--yes", "--no-install-recommends", "--no-remove", ...missing];
  const { failed, all } = await execa("apt-get", args, quiet);
  if (!failed) return undefined;
  return `apt-get cannot install ${missing.join(", ")}: ${all.trim().split("\n").at(-1)}`;
}

/** Folder with Debian's nginx as its packages lay it out. @throws Error with apt's words */
export async function unpackNginx(progress: Progress): Promise<string> {
  const version = (await execa("apt-cache", ["policy", "nginx"])).stdout.match(/Candidate: (\S+)/)?.[1] ?? "unknown";
  const target = join(cacheRoot(process.env), "minikube-lane", `nginx-${version.replace(/[^\w.+~-]/g, "_")}`);
  if (existsSync(target)) return target;
  progress(`unpacking ${unpacked.join(", ")}`);
  await mkdir(join(target, ".."), { recursive: true });
  const work = await mkdtemp(`${target}-`);
  try {
    const archives = join(work, "archives");
    const root = join(work, "root");
    await mkdir(archives);
    // Downloaded by root into root's folder: apt's own user may not write there.
    await execa("apt-get", ["-o", "APT::Sandbox::User=root", "download", ...unpacked], { cwd: archives });
    for (const name of await readdir(archives)) await execa("dpkg-deb", ["--extract", join(archives, name), root]);
    await rename(root, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}
