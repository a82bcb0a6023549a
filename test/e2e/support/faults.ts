import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { Agent, request } from "undici";
import type { InjectedFault } from "../../../simulators/gitlab/http/faults.js";
import { reserveGitLab } from "../../../simulators/gitlab/lifecycle.js";
import { timed } from "../../support/timed.js";
import type { WorkingCopy } from "./working-copy.js";

/** Asks a copy's embedded GitLab, as its administrator or as the test that it lets plant faults. */
async function ask(copy: WorkingCopy, method: "GET" | "POST" | "DELETE", path: string, body?: object) {
  const { url, caFile, tokenFile } = await reserveGitLab(copy.gitlabFolder);
  const agent = new Agent({ connect: { ca: readFileSync(caFile) } });
  try {
    const headers = {
      "private-token": readFileSync(tokenFile, "utf8").trim(),
      "x-timonier-test": readFileSync(join(copy.gitlabFolder, "test-token"), "utf8").trim(),
      ...(body && { "content-type": "application/json" }),
    };
    const answer = await request(url + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      dispatcher: agent,
    });
    const text = await answer.body.text();
    return text === "" ? undefined : JSON.parse(text);
  } finally {
    await agent.close();
  }
}

/** Something of GitLab's API. */
export const look = <T>(copy: WorkingCopy, path: string): Promise<T> => ask(copy, "GET", `/api/v4${path}`);
export const revoke = (copy: WorkingCopy) => ask(copy, "DELETE", "/api/v4/personal_access_tokens/self");
export const plant = (copy: WorkingCopy, fault: InjectedFault) => ask(copy, "POST", "/-/timonier/faults", fault);
export const clearFaults = (copy: WorkingCopy) => ask(copy, "DELETE", "/-/timonier/faults");

/** What each repository has: one of each when nothing was made twice. */
export async function repositories(copy: WorkingCopy): Promise<Record<string, string>> {
  const projects = await look<Array<{ id: number; path: string }>>(copy, "/projects?per_page=100");
  const counted = projects.map(async ({ id, path }) => {
    const count = async (what: string) => (await look<unknown[]>(copy, `/projects/${id}/${what}`)).length;
    const [commits, tokens] = [await count("repository/commits"), await count("deploy_tokens")];
    return [path, `${commits} commits, ${tokens} deploy tokens, ${await count("protected_branches")} protected`];
  });
  return Object.fromEntries(await Promise.all(counted));
}

/** `timonier up` in the background. */
export const startUp = (copy: WorkingCopy) => start(copy, "up");

/** `timonier VERB …` in the background. */
export function start(copy: WorkingCopy, ...args: string[]) {
  const run = execa(process.execPath, ["cli/timonier.mjs", ...args], {
    cwd: copy.folder,
    env: { CI: "true", NO_COLOR: "1" },
    stdin: "ignore",
    all: true,
    reject: false,
    cleanup: false,
  });
  void timed(`${args[0]} in the background`, async () => run);
  return run;
}

/** Kills `timonier VERB …` as soon as it has said what the sign matches. */
export async function killWhen(copy: WorkingCopy, sign: RegExp, ...args: string[]): Promise<void> {
  const run = start(copy, ...args);
  await new Promise<void>((seen, failed) => {
    let said = "";
    run.all.on("data", (part) => {
      said += String(part);
      if (sign.test(said)) seen();
    });
    run.then(({ all }) => failed(new Error(`the moment did not come: ${all}`)), failed);
  });
  killTree(run.pid ?? 0);
  await run;
}

/** Kills a command and everything it runs, as a machine that goes down would: but for what has a session of its own. */
export function killTree(root: number): void {
  const all = readdirSync("/proc").flatMap((entry) => stat(entry) ?? []);
  const session = all.find((one) => one.pid === root)?.session;
  const victims = [root];
  for (const victim of victims) {
    victims.push(...all.filter((one) => one.parent === victim && one.session === session).map((one) => one.pid));
  }
  for (const pid of victims) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended with its parent.
    }
  }
}

function stat(entry: string): { pid: number; parent: number; session: number } | undefined {
  try {
    const text = readFileSync(`/proc/${Number(entry)}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(entry), parent: Number(fields[1]), session: Number(fields[3]) };
  } catch {
    return undefined;
  }
}

/** Waits until GitLab's journal has a new line. */
export async function journalHas(copy: WorkingCopy, line: RegExp, seconds = 60): Promise<void> {
  const journal = join(copy.gitlabFolder, "requests.jsonl");
  const read = () => (existsSync(journal) ? readFileSync(journal, "utf8").split("\n") : []);
  const before = read().length - 1;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
    if (
      read()
        .slice(Math.max(0, before))
        .some((one) => line.test(one))
    )
      return;
  }
  throw new Error(`the journal never had ${line}`);
}

/** Looks until a state is there that comes in a moment. */
export async function waitUntil(is: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await is()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`it did not come in ${seconds} s: ${is}`);
  }
}

/** Occupies a port. */
export function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
