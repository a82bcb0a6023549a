import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { identify } from "./daemon.js";

/**
 * Watches the processes that started this one. A process keeps running when its parent is killed,
 * but must not work for it.
 *
 * @param generations number of ancestors; 1 is the parent alone
 * @returns a function that says whether all of them still run
 */
export function watchAncestors(generations: number): () => boolean {
  const known = [process.ppid];
  while (known.length < generations) {
    const parent = parentOf(known.at(-1) ?? 0);
    if (parent === undefined || parent <= 1) break;
    known.push(parent);
  }
  const identities = known.flatMap((pid) => identify(pid) ?? []);
  return () => identities.every(({ pid, started }) => identify(pid)?.started === started);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    if (process.platform === "linux") return undefined;
    const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
    return Number(stdout?.trim()) || undefined;
  }
}
