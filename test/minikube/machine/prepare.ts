import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../../../packages/kit/progress.js";
import { versions } from "../../../packages/kit/versions.js";
import { laneEnvironment, layout } from "./layout.js";

/** Everything that minikube finds on a machine, before it is called. @param programs by name */
export async function prepareMachine(programs: ReadonlyMap<string, string>, arch: string): Promise<void> {
  await mkdir(layout.bin, { recursive: true });
  for (const [name, text] of Object.entries(shims)) {
    await writeFile(join(layout.bin, name), text);
    await chmod(join(layout.bin, name), 0o755);
  }
  const cache = join(layout.home, ".minikube", "cache", "linux", arch, `v${versions.laneKubernetes}`);
  for (const [folder, name] of [
    [layout.bin, "crictl"],
    ...["kubeadm", "kubectl", "kubelet"].map((each) => [cache, each]),
  ] as [string, string][]) {
    await mkdir(folder, { recursive: true });
    await copyFile(programs.get(name) ?? "", join(folder, name));
  }
  // Where minikube and containerd look for them; Debian has them elsewhere.
  await cp("/usr/lib/cni", "/opt/cni/bin", { recursive: true });
  await configureContainerd();
}

/** Puts images where containers are started from. */
export async function importImages(archives: readonly string[], progress: Progress): Promise<void> {
  await execa(join(layout.bin, "service"), ["containerd", "restart"], { env: laneEnvironment(), stdin: "ignore" });
  for (const archive of archives) await execa("ctr", ["--namespace=k8s.io", "images", "import", archive]);
  progress(`${archives.length} images are there`);
}

async function configureContainerd(): Promise<void> {
  if (existsSync(layout.containerdConfig) && !existsSync(layout.keptConfig)) {
    await copyFile(layout.containerdConfig, layout.keptConfig);
  }
  const { stdout } = await execa("containerd", ["config", "default"]);
  const config = stdout
    .replace(/^root = .*$/m, `root = "${layout.containerd}"`)
    .replace(/restrict_oom_score_adj = .*/, "restrict_oom_score_adj = true");
  await mkdir(dirname(layout.containerdConfig), { recursive: true });
  await writeFile(`${layout.containerdConfig}.new`, `${config}\n`);
  await rename(`${layout.containerdConfig}.new`, layout.containerdConfig);
}

/** Programs that minikube calls, as this machine needs them. */
const shims: Readonly<Record<string, string>> = {
  // Everything runs as root already, with the lane's PATH.
  sudo: `#!/bin/sh
while :; do
  case "$1" in
    -n|-E|-H) shift ;;
    -s) shift; exec /bin/sh -c "$*" ;;
    *) exec env "$@" ;;
  esac
done
`,
  // Minikube asks for its version, and uses init scripts where it has none; kubeadm stops the kubelet by it.
  systemctl: `#!/bin/sh
case "$1" in
  daemon-reload) exit 0 ;;
  start|stop|restart) exec service "$2" "$1" ;;
  *) exit 1 ;;
esac
`,
  service: `#!/bin/sh
# service NAME start|stop|restart|status
alive() { [ -s "${layout.containerdPid}" ] && kill -0 "$(cat "${layout.containerdPid}")" 2>/dev/null; }
stop() {
  alive || return 0
  kill "$(cat "${layout.containerdPid}")"
  for _ in 1 2 3 4 5 6 7 8 9 10; do alive || break; sleep 0.5; done
  rm -f "${layout.containerdPid}"
}
start() {
  alive && return 0
  # Minikube turns it off in each start, and runc may not lower the score where root lacks the right to.
  sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' ${layout.containerdConfig}
  setsid containerd >>"${layout.containerdLog}" 2>&1 </dev/null &
  echo $! >"${layout.containerdPid}"
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    ctr version >/dev/null 2>&1 && return 0
    sleep 1
  done
  echo "containerd does not answer: ${layout.containerdLog}" >&2
  return 1
}
# Minikube's init script ends the program before what starts it again, which then may have started another one: as systemd
# would, all of the unit is ended.
end_unit() {
  "/etc/init.d/$1" stop
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    pids=$(pgrep -f "^/bin/bash /var/lib/minikube/openrc-restart-wrapper.sh .*$1|^/var/lib/minikube/binaries/[^ ]*/$1 ") || return 0
    kill $pids 2>/dev/null
    sleep 0.3
  done
  kill -9 $pids 2>/dev/null
  return 0
}
if [ "$1" != containerd ]; then
  [ -x "/etc/init.d/$1" ] || exit 1
  case "$2" in
    stop) end_unit "$1" ;;
    restart) end_unit "$1"; exec "/etc/init.d/$1" start ;;
    *) exec "/etc/init.d/$1" "$2" ;;
  esac
  exit
fi
case "$2" in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  status) alive ;;
  *) exit 2 ;;
esac
`,
};
