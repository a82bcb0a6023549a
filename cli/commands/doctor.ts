import { inspectGitLab, readToken, reserveGitLab } from "@timonier/gitlab-simulator/lifecycle";
import { connectGitLab, type GitLab } from "@timonier/kit/gitlab-client";
import { readEnvironment } from "../../apps/settings-file.js";
import { examineCluster } from "../../infra/cluster/prepare-cluster.js";
import type { PlatformConfig } from "../../infra/config.js";
import { type Finding, findingOf } from "../../infra/finding.js";
import { fluxComponents } from "../../infra/flux/components.js";
import { fluxDistribution } from "../../infra/flux/distribution.js";
import { planFlux } from "../../infra/flux/flux-plan.js";
import { gatherFacts } from "../../infra/gitlab/preflight/gather-gitlab.js";
import { judge } from "../../infra/gitlab/preflight/judge-gitlab.js";
import { wantedOf } from "../../infra/gitlab/preflight/wanted.js";
import { exitCodes } from "../exit-codes.js";
import { checkAllSettings, deprecatedSettings } from "../stack/preflight.js";
import { findStack, type Stack } from "../stack/stack.js";
import { remoteToken } from "../stack/stack-gitlab.js";
import { bad, good, progress } from "../terminal.js";
import { table } from "../text-table.js";

/**
 * `timonier doctor`: runs the checks of `up` and lists each finding with its fix; exit code 0 when
 * none is fatal.
 */
export async function doctor({ stack: name, json }: { stack: string; json?: boolean }): Promise<number> {
  const findings = await examine(findStack(name));
  const ok = findings.every(({ level }) => level !== "fatal");
  console.log(json ? JSON.stringify({ stack: name, ok, findings }, undefined, 2) : render(findings));
  return ok ? exitCodes.done : exitCodes.no;
}

async function examine(stack: Stack): Promise<Finding[]> {
  try {
    const config = await checkAllSettings(stack);
    const settings: Finding = { subject: "settings", level: "ok", message: `of stack ${stack.name} and of apps/` };
    const gitlab = await examineGitLab(stack, config);
    const { setup } = gitlab;
    const wanted = setup === undefined ? undefined : () => wantedIn(config, setup);
    const cluster = await examineCluster(config, { binDir: stack.state.bin, progress, wanted });
    return [settings, ...(await examineForms(stack)), ...gitlab.findings, ...cluster];
  } catch (error) {
    return [findingOf(error)];
  }
}

async function examineForms(stack: Stack): Promise<Finding[]> {
  const fix = `in ${stack.configFile}`;
  return (await deprecatedSettings(stack)).map((message) => ({ subject: "settings", level: "warning", message, fix }));
}

/** Findings about GitLab, and the URL of the setup repository where it is known. */
async function examineGitLab(stack: Stack, config: PlatformConfig): Promise<{ findings: Finding[]; setup?: string }> {
  try {
    const place = await gitlabOf(stack, config);
    if (!place) {
      const message = "embedded; not running, `up` starts it";
      return { findings: [{ subject: "GitLab", level: "ok", message }] };
    }
    const wanted = wantedOf(config);
    const facts = await gatherFacts(place.client, place.url, wanted);
    const setup = `${place.url}/${facts.namespacePath}/${config.setupRepository}.git`;
    return { findings: judge(facts, wanted, Date.now()), setup };
  } catch (error) {
    return { findings: [findingOf(error)] };
  }
}

/** What the stack will apply, once the setup repository's address is known. */
async function wantedIn(config: PlatformConfig, setup: string) {
  const read = readEnvironment(config.environment);
  const [{ settings }, { objects }] = await Promise.all([read, fluxDistribution(progress, fluxComponents(config))]);
  return planFlux(config, setup, settings, objects).wanted();
}

/** URL and client of GitLab; undefined for an embedded GitLab that is not running. */
async function gitlabOf(stack: Stack, config: PlatformConfig): Promise<{ url: string; client: GitLab } | undefined> {
  // One retry in place of five, because a user is waiting.
  const patience = { timeout: 10_000, retries: 1 };
  if (config.gitlab.kind === "remote") {
    const { url, caFile } = config.gitlab;
    const token = await remoteToken(stack, config.gitlab);
    return { url, client: connectGitLab({ url, token, ...(caFile && { caFile }), ...patience }) };
  }
  if ((await inspectGitLab(stack.gitlabFolder)) !== "running") return undefined;
  const { url, caFile } = await reserveGitLab(stack.gitlabFolder);
  return { url, client: connectGitLab({ url, caFile, token: readToken(stack.gitlabFolder), ...patience }) };
}

const marks = { ok: good("ok"), warning: bad("warning"), fatal: bad("fatal") };

function render(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ subject, level, message, fix }) => [
    [marks[level], subject, message],
    ...(fix ? [["", "", `fix: ${fix}`]] : []),
  ]);
  return table(["", "CHECK", "FOUND"], rows);
}
