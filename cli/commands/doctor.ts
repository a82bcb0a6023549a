import { inspectGitLab, readToken, reserveGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { UserError } from "@timonier/kit/user-error";
import { ensureTools } from "@timonier/toolchain/ensure";
import { readSettings } from "../../apps/settings-file.js";
import { refused } from "../../infra/cluster/eks/aws/api.js";
import type { EksClusterConfig } from "../../infra/cluster/eks/config.js";
import { type GatherOptions, gatherEksFacts } from "../../infra/cluster/eks/gather.js";
import { checkWayIn, judgeEks } from "../../infra/cluster/eks/judge.js";
import { gatherClusterFacts } from "../../infra/cluster/existing/gather.js";
import { judgeCluster } from "../../infra/cluster/existing/judge.js";
import { singleContext } from "../../infra/cluster/existing/kubeconfig.js";
import { othersKubeconfig } from "../../infra/cluster/minikube/others.js";
import { examineHostAddress } from "../../infra/cluster/select.js";
import type { PlatformConfig } from "../../infra/config.js";
import type { Finding } from "../../infra/finding.js";
import { fluxDistribution } from "../../infra/flux/distribution.js";
import { planFlux } from "../../infra/flux/flux-plan.js";
import { gatherFacts } from "../../infra/gitlab/preflight/gather-gitlab.js";
import { judge } from "../../infra/gitlab/preflight/judge-gitlab.js";
import { wantedOf } from "../../infra/gitlab/preflight/wanted.js";
import { exitCodes } from "../exit-codes.js";
import { checkAllSettings } from "../stack/preflight.js";
import { findStack, type Stack } from "../stack/stack.js";
import { remoteToken } from "../stack/stack-gitlab.js";
import { bad, good, progress } from "../terminal.js";
import { table } from "../text-table.js";

/** `timonier doctor`: what `up` checks before it makes anything, each line with its fix; exit code 0 when none is fatal. */
export async function doctor({ stack: name, json }: { stack: string; json?: boolean }): Promise<number> {
  const findings = await examine(findStack(name));
  const ok = findings.every(({ level }) => level !== "fatal");
  console.log(json ? JSON.stringify({ stack: name, ok, findings }, undefined, 2) : render(findings));
  return ok ? exitCodes.done : exitCodes.no;
}

async function examine(stack: Stack): Promise<Finding[]> {
  try {
    const config = await checkAllSettings(stack);
    const settings: Finding = { subject: "settings", level: "ok", message: `of stack ${stack.name}, and of apps/` };
    const gitlab = await examineGitLab(stack, config);
    return [settings, ...gitlab.findings, ...(await examineCluster(stack, config, gitlab.setup))];
  } catch (error) {
    return [fatal(error)];
  }
}

/** What GitLab told, and the setup repository's address there, if that is known. */
async function examineGitLab(stack: Stack, config: PlatformConfig): Promise<{ findings: Finding[]; setup?: string }> {
  try {
    const place = await gitlabOf(stack, config);
    if (!place) {
      const message = "the embedded one; it does not run yet, `up` starts it";
      return { findings: [{ subject: "GitLab", level: "ok", message }] };
    }
    const wanted = wantedOf(config);
    const facts = await gatherFacts(place.client, place.url, wanted);
    const setup = `${place.url}/${facts.namespacePath}/${config.setupRepository}.git`;
    return { findings: judge(facts, wanted, Date.now()), setup };
  } catch (error) {
    return { findings: [fatal(error)] };
  }
}

/** A cluster that is there, and the account of one in a cloud; every other kind is made by `up`. */
async function examineCluster(stack: Stack, config: PlatformConfig, setup: string | undefined): Promise<Finding[]> {
  const { cluster } = config;
  if (cluster.kind === "eks") return examineEks(cluster.name, cluster);
  if (cluster.kind === "minikube" && cluster.owned) return examineHostAddress(config);
  if (cluster.kind === "embedded") return [];
  if (setup === undefined) {
    return [
      { subject: "cluster", level: "warning", message: "not looked at", fix: "mend what is said of GitLab first" },
    ];
  }
  try {
    const { kubectl } = await ensureTools(["kubectl"], { binDir: stack.state.bin, progress });
    const kubeconfig =
      cluster.kind === "minikube"
        ? await othersKubeconfig(stack.name, cluster, progress)
        : await singleContext(kubectl, cluster);
    const [settings, { objects }] = await Promise.all([readSettings(), fluxDistribution(progress)]);
    const wanted = planFlux(config, setup, settings, objects).wanted();
    return judgeCluster(await gatherClusterFacts(kubeconfig, wanted), wanted);
  } catch (error) {
    return [fatal(error)];
  }
}

/** What AWS says of the account and the cluster. */
export async function examineEks(
  name: string,
  config: EksClusterConfig,
  options: GatherOptions = {},
): Promise<Finding[]> {
  const closed = checkWayIn(config);
  const first = closed ? [closed] : [];
  try {
    return [...first, ...judgeEks(await gatherEksFacts(name, config, options), config, Date.now())];
  } catch (error) {
    return [...first, fatal(refused(error))];
  }
}

/** undefined: the embedded one, which does not run. */
async function gitlabOf(stack: Stack, config: PlatformConfig): Promise<{ url: string; client: GitLab } | undefined> {
  // Asked by somebody who waits for the answer: one repetition, not five.
  const patience = { timeout: 10_000, retries: 1 };
  if (config.gitlab.kind === "remote") {
    const { url, caFile } = config.gitlab;
    const token = await remoteToken(stack);
    return { url, client: connectGitLab({ url, token, ...(caFile && { caFile }), ...patience }) };
  }
  if ((await inspectGitLab(stack.gitlabFolder)) !== "running") return undefined;
  const { url, caFile } = await reserveGitLab(stack.gitlabFolder);
  return { url, client: connectGitLab({ url, caFile, token: readToken(stack.gitlabFolder), ...patience }) };
}

/** A check that could not be made is what has to be mended first. */
function fatal(error: unknown): Finding {
  if (!(error instanceof UserError)) throw error;
  return { subject: error.where, level: "fatal", message: error.what, fix: error.fix };
}

const marks = { ok: good("ok"), warning: bad("warning"), fatal: bad("fatal") };

function render(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ subject, level, message, fix }) => [
    [marks[level], subject, message],
    ...(fix ? [["", "", `fix: ${fix}`]] : []),
  ]);
  return table(["", "CHECK", "FOUND"], rows);
}
