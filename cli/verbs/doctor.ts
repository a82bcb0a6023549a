import { connectGitLab, type GitLab } from "../../core/gitlab-client.js";
import { UserError } from "../../core/user-error.js";
import { inspectGitLab, readToken, reserveGitLab } from "../../embedded/gitlab/lifecycle.js";
import type { PlatformConfig } from "../../infra/config.js";
import { judge } from "../../infra/gitlab/preflight/checks.js";
import type { Finding } from "../../infra/gitlab/preflight/finding.js";
import { gatherFacts } from "../../infra/gitlab/preflight/gather.js";
import { wantedOf } from "../../infra/gitlab/preflight/wanted.js";
import { exitCodes } from "../exit-codes.js";
import { remoteToken } from "../gitlab.js";
import { checkAllSettings } from "../preflight.js";
import { findStack, type Stack } from "../stack.js";
import { table } from "../table.js";
import { bad, good } from "../terminal.js";

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
    return [settings, ...(await examineGitLab(stack, config))];
  } catch (error) {
    return [fatal(error)];
  }
}

async function examineGitLab(stack: Stack, config: PlatformConfig): Promise<Finding[]> {
  try {
    const place = await gitlabOf(stack, config);
    if (!place) {
      return [{ subject: "GitLab", level: "ok", message: "the embedded one; it does not run yet, `up` starts it" }];
    }
    const wanted = wantedOf(config);
    return judge(await gatherFacts(place.client, place.url, wanted), wanted, Date.now());
  } catch (error) {
    return [fatal(error)];
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
