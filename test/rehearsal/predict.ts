import { join } from "node:path";
import { execa } from "execa";
import { refName } from "../../packages/kit/kube-discovery.js";
import { checkout } from "../../packages/kit/state-folder.js";
import type { Report } from "../../packages/report/model.js";
import type { Case, Fate, Ready } from "./cases.js";
import type { Outcome } from "./happened.js";
import type { Proposal } from "./repository.js";

/** Rehearses every merge request, one after the other, as pipelines do. @returns predictions by case */
export async function rehearseAll(
  cases: readonly Case[],
  proposals: ReadonlyMap<string, Proposal>,
  home: string,
  log: (text: string) => void,
): Promise<Map<string, Outcome>> {
  const found = new Map<string, Outcome>();
  const start = Date.now();
  for (const { name, assume } of cases) {
    const begun = Date.now();
    const outcome = await rehearse(proposals.get(name) as Proposal, assume, home);
    found.set(name, outcome);
    log(`rehearsed ${found.size} of ${proposals.size}: ${name}: ${outcome.verdict}, ${(Date.now() - begun) / 1000} s`);
  }
  const seconds = Math.round((Date.now() - start) / 1000);
  log(`${found.size} merge requests are rehearsed: ${seconds} s, ${(seconds / found.size).toFixed(1)} s each`);
  return found;
}

/** Stops the rehearsal cluster. */
export async function stopRehearsals(home: string): Promise<void> {
  await timonier(checkout, home, ["rehearse", "--stop"]);
}

async function rehearse({ clone }: Proposal, assume: readonly string[], home: string): Promise<Outcome> {
  const args = ["rehearse", "--base", "origin/main", "--head", "origin/change", "--format", "json"];
  args.push(...assume.flatMap((file) => ["--assume", file]));
  const { stdout, stderr } = await timonier(clone, home, args);
  try {
    return predicted(JSON.parse(stdout) as Report);
  } catch {
    return { verdict: "unable", objects: {}, rejecters: {}, ready: {}, dataLoss: [], messages: [stderr, stdout] };
  }
}

/** The program's own limit is 300 s, so that the program reports what it waited for. */
function timonier(cwd: string, home: string, args: readonly string[]) {
  const env = { TIMONIER_REHEARSAL: home };
  return execa(join(checkout, "cli", "timonier.mjs"), args, { cwd, env, reject: false, timeout: 330_000 });
}

/** The outcome that a report predicts. */
function predicted({ verdict, error, changes, reconciliations, notEvaluated }: Report): Outcome {
  const failing = reconciliations.filter(({ ready }) => ready === "False");
  return {
    verdict,
    objects: Object.fromEntries(changes.map(({ ref, action }): [string, Fate] => [refName(ref), action])),
    rejecters: Object.fromEntries(
      changes.flatMap(({ ref, action, owner }) => (action === "rejected" && owner ? [[refName(ref), owner]] : [])),
    ),
    ready: Object.fromEntries(
      reconciliations.flatMap(({ ref, ready }): [string, Ready][] =>
        ready === undefined ? [] : [[refName(ref), ready === "Unknown" ? "none" : ready]],
      ),
    ),
    open: reconciliations.filter((one) => one.notEvaluated).map(({ ref }) => refName(ref)),
    dataLoss: changes
      .filter(({ dataLoss }) => dataLoss)
      .map(({ ref }) => refName(ref))
      .sort(),
    messages: [
      ...(error ? [`${error.what}: ${error.where}`] : []),
      ...failing.map(({ ref, reason, message }) => `${refName(ref)}: ${reason}: ${message}`),
      ...notEvaluated.map(({ subject, reason }) => `not evaluated: ${subject}: ${reason}`),
    ],
  };
}
