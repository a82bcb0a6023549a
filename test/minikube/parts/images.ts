import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { versions } from "../../../packages/kit/versions.js";
import type { Content, ImageSpec } from "./archive.js";

const authorities = "/etc/ssl/certs/ca-certificates.crt";

/** Programs by name: Kubernetes' own, etcd and the Flux controllers. */
type Programs = ReadonlyMap<string, string>;

/** Images of the control plane, as this kubeadm names them. */
export async function kubernetesImages(programs: Programs): Promise<ImageSpec[]> {
  const kubeadm = programOf(programs, "kubeadm");
  const args = ["config", "images", "list", `--kubernetes-version=v${versions.laneKubernetes}`];
  const { stdout } = await execa(kubeadm, args);
  return Promise.all(
    stdout.split("\n").map(async (name) => {
      const program = basename(name.split(":")[0] ?? "");
      const more = program === "kube-proxy" ? await iptablesFiles() : {};
      const place = program === "coredns" ? "coredns" : `usr/local/bin/${program}`;
      return {
        ...{ name, entrypoint: [`/${place}`], folders: ["tmp", "etc", "run"] },
        files: { [place]: { copy: programOf(programs, program) }, ...certificates(), ...more },
      };
    }),
  );
}

/** The Flux controllers that manifests name. @param manifests as `flux install --export` prints them */
export function fluxImages(programs: Programs, manifests: string): ImageSpec[] {
  const names = [...manifests.matchAll(/image: (\S+)/g)].flatMap(([, name]) => name ?? []);
  return [...new Set(names)].map((name) => {
    const program = basename(name.split(":")[0] ?? "");
    const place = `usr/local/bin/${program}`;
    return {
      ...{ name, entrypoint: [`/${place}`], folders: ["tmp", "data"], user: "65534:65534" },
      files: { [place]: { copy: programOf(programs, program) }, ...certificates() },
    };
  });
}

/** Debian's nginx by the name that apps/ asks for. @param root its packages, unpacked */
export async function nginxImage(name: string, root: string): Promise<ImageSpec> {
  const program = join(root, "usr/sbin/nginx");
  const files: Record<string, Content> = {
    ...{ "usr/sbin/nginx": { copy: program }, "etc/passwd": { text: "root:x:0:0:root:/:/bin/false\n" } },
    ...{ "etc/group": { text: "root:x:0:\n" }, "etc/nginx/nginx.conf": { text: configuration } },
    "srv/index.html": { text: "<!DOCTYPE html><title>nginx</title><h1>Welcome to nginx!</h1>\n" },
  };
  // All that its packages have directly in the loader's folders: a link is copied as what it leads to.
  for (const path of await sharedObjects(root)) {
    files[path.replace(/^usr\//, "")] = { copy: join(root, path) };
  }
  const folders = ["var/log/nginx", "var/lib/nginx", "run", "tmp"];
  return { name: `docker.io/library/${name}`, files, folders, entrypoint: ["/usr/sbin/nginx", "-g", "daemon off;"] };
}

const configuration = `user root;
error_log stderr;
events {}
http {
  access_log off;
  server {
    listen 80;
    root /srv;
  }
}
`;

/** kube-proxy calls iptables: the machine's, with its links, its libraries and its extensions. */
async function iptablesFiles(): Promise<Record<string, Content>> {
  const program = await realpath("/usr/sbin/xtables-nft-multi");
  const files: Record<string, Content> = { "usr/sbin/xtables-nft-multi": { copy: program } };
  for (const name of ["iptables", "ip6tables"]) {
    for (const end of ["", "-save", "-restore"]) files[`usr/sbin/${name}${end}`] = { link: "xtables-nft-multi" };
  }
  const libraries = await librariesOf(program);
  for (const path of libraries) files[path.slice(1)] = { copy: await realpath(path) };
  // iptables knows one place for its extensions, the one below /usr.
  for (const triplet of await subfolders("/", ["usr/lib"], /-linux-gnu$/)) {
    const folder = join(triplet, "xtables");
    if (!existsSync(`/${folder}`)) continue;
    for (const name of await readdir(`/${folder}`)) files[join(folder, name)] = { copy: join("/", folder, name) };
  }
  return files;
}

/** The libraries that a program of this machine is linked with, its loader among them. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await execa("ldd", [program]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].flatMap(([, path]) => path ?? []);
}

/** Paths below a root of the libraries directly in the folders where the loader looks. */
async function sharedObjects(root: string): Promise<string[]> {
  const triplets = [...new Set(await subfolders(root, ["lib", "usr/lib"], /-linux-gnu$/))];
  const folders = ["lib", "lib64", "usr/lib", "usr/lib64", ...triplets].filter((one) => existsSync(join(root, one)));
  const files = folders.map(async (folder) => {
    const names = await readdir(join(root, folder));
    return names.filter((name) => /\.so(\.|$)/.test(name)).map((name) => join(folder, name));
  });
  return (await Promise.all(files)).flat();
}

async function subfolders(root: string, parents: readonly string[], pattern: RegExp): Promise<string[]> {
  const found = parents.map(async (parent) => {
    const names = existsSync(join(root, parent)) ? await readdir(join(root, parent)) : [];
    return names.filter((name) => pattern.test(name)).map((name) => join(parent, name));
  });
  return (await Promise.all(found)).flat();
}

function certificates(): Record<string, Content> {
  return existsSync(authorities) ? { [authorities.slice(1)]: { copy: authorities } } : {};
}

function programOf(programs: Programs, name: string): string {
  const program = programs.get(name);
  if (program === undefined) throw new Error(`there is no program for the image of ${name}`);
  return program;
}
