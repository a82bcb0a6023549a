import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expireAbandonedLock } from "@timonier/kit/abandoned-lock";
import { endProcess, runningDaemon, startDaemon, stopDaemon } from "@timonier/kit/daemon";
import { elapsed, type Progress, silent } from "@timonier/kit/progress";
import { checkout, loader } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { withUserTmpdir } from "@timonier/kit/user-tmpdir";
import { type CheckResult, waitFor } from "@timonier/kit/wait";
import getPort, { portNumbers } from "get-port";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { requireGit } from "./git/version.js";
import { type Layout, layoutOf } from "./layout.js";
import { newSecret, tokenPrefixes } from "./model/secrets.js";
import { readAddress, readLostAddress, urlOf } from "./server-address.js";
import { type GitLabSettings, parseSettings, readSettings } from "./settings.js";
import { ensureCertificates } from "./tls.js";

/** Milliseconds after which the lock of a killed process is taken over. */
const STALE = 5_000;

/** How to reach an embedded GitLab. */
export interface GitLabAddress {
  /** Like `https://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** PEM file of the CA that its certificate is signed by. */
  readonly caFile: string;
  /** File with the administrator's personal access token, mode 0600. */
  readonly tokenFile: string;
}

/** Which user's token: the administrator `root`, or the user `maintainer` without administrator rights. */
export type TokenUser = "root" | "maintainer";

/** How to start. */
export interface StartOptions {
  /** @default what the folder's settings say, at first free */
  readonly tier?: "free" | "premium";
  /** Settings to keep in the folder before the start; a running server is restarted when they change. */
  readonly settings?: Partial<GitLabSettings>;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Reserves a port and creates the CA and the tokens if they are absent, without starting the
 * server. Safe for concurrent calls.
 *
 * @param dir the folder of its whole state, made if absent
 */
export async function reserveGitLab(dir: string): Promise<GitLabAddress> {
  return exclusively(dir, reserve);
}

/**
 * Starts the server unless it runs, and waits until it answers.
 *
 * @throws UserError when git is missing, its port is taken by another process, or it does not answer within 20 s
 */
export async function startGitLab(dir: string, options: StartOptions = {}): Promise<GitLabAddress> {
  requireGit();
  return exclusively(dir, async (layout) => {
    const changed = keepSettings(layout, options);
    const address = await reserve(layout);
    if (changed) await stopDaemon(layout.pid);
    await start(layout, address, options);
    return address;
  });
}

/** Whether the server runs; `absent` for a folder without one. */
export async function inspectGitLab(dir: string): Promise<"running" | "stopped" | "absent"> {
  const layout = layoutOf(resolve(dir));
  if (!existsSync(layout.address)) return "absent";
  return serverOf(layout) ? "running" : "stopped";
}

/** Ends the server and waits until its port is free. Its data stays. */
export async function stopGitLab(dir: string): Promise<void> {
  const layout = layoutOf(resolve(dir));
  if (!existsSync(layout.address)) return;
  await exclusively(dir, stop);
}

/** Ends the server and deletes the folder. @throws UserError for a folder without an embedded GitLab */
export async function removeGitLab(dir: string): Promise<void> {
  const root = resolve(dir);
  if (!existsSync(root)) return;
  const layout = layoutOf(root);
  if (!existsSync(layout.address)) {
    throw new UserError("the folder is not an embedded GitLab's", root, "name the folder that startGitLab was given", {
      code: "TIM-424",
    });
  }
  await exclusively(dir, stop);
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  rmSync(layout.keptAddress, { force: true });
}

/** Reads a user's personal access token. @throws UserError when the folder has no token */
export function readToken(dir: string, user: TokenUser = "root"): string {
  const file = tokenFileOf(dir, user);
  if (!existsSync(file))
    throw new UserError(`the token of the user ${user} is missing`, file, "start the embedded GitLab first", {
      code: "TIM-425",
    });
  return readFileSync(file, "utf8").trim();
}

/** File of a user's personal access token. */
function tokenFileOf(dir: string, user: TokenUser = "root"): string {
  const layout = layoutOf(resolve(dir));
  return user === "root" ? layout.rootToken : layout.maintainerToken;
}

async function reserve(layout: Layout): Promise<GitLabAddress> {
  const settings = readSettings(layout.settings);
  const kept = readAddress(layout) ?? readLostAddress(layout) ?? { port: await pickPort() };
  if (settings.tls) await ensureCertificates(layout, settings.addresses);
  for (const file of [layout.rootToken, layout.maintainerToken]) {
    if (!existsSync(file)) await writeFileAtomic(file, `${newSecret(tokenPrefixes.access)}\n`, { mode: 0o600 });
  }
  for (const file of [layout.address, layout.keptAddress]) {
    if (!existsSync(file)) await writeFileAtomic(file, JSON.stringify(kept), { mode: 0o600 });
  }
  return { url: urlOf(settings, kept.port), caFile: layout.ca, tokenFile: layout.rootToken };
}

/**
 * A free port that stays free while the server is down: below the range that systems take for
 * outgoing connections, and at a random place in it, so that two folders seldom have the same.
 */
function pickPort(): Promise<number> {
  const from = randomInt(20_000, 31_000);
  return getPort({ host: "127.0.0.1", port: portNumbers(from, from + 1_000) });
}

/** @returns whether the settings differ from those on disk */
function keepSettings(layout: Layout, options: StartOptions): boolean {
  const before = readSettings(layout.settings);
  const wish = { ...options.settings, ...(options.tier && { tier: options.tier }) };
  const after = parseSettings({ ...before, ...wish }, layout.settings);
  if (JSON.stringify(before) === JSON.stringify(after)) return false;
  writeFileAtomic.sync(layout.settings, `${JSON.stringify(after, undefined, 2)}\n`, { mode: 0o600 });
  return true;
}

async function start(
  layout: Layout,
  address: GitLabAddress,
  { progress = silent, signal }: StartOptions,
): Promise<void> {
  const began = Date.now();
  const port = readAddress(layout)?.port ?? 0;
  const running = serverOf(layout);
  if (!running) {
    await checkPortFree(port);
    if (readSettings(layout.settings).test) {
      await writeFileAtomic(layout.testToken, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    }
    const { TMPDIR: userTmpdir } = withUserTmpdir(process.env);
    startDaemon({
      command: process.execPath,
      args: [
        // A small young generation saves memory: the server runs long and allocates little.
        "--max-semi-space-size=1",
        loader,
        join(dirname(fileURLToPath(import.meta.url)), "main.ts"),
        layout.root,
      ],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        ...(userTmpdir && { TMPDIR: userTmpdir }),
      },
      cwd: checkout,
      pidFile: layout.pid,
      logFile: layout.log,
    });
  }
  const wait = {
    what: "the embedded GitLab",
    timeout: 20_000,
    interval: 25,
    where: address.url,
    fix: `look into ${layout.log}`,
    progress,
    ...(signal && { signal }),
  };
  await waitFor(wait, () => look(layout, address));
  if (!running) progress(`GitLab answers at ${address.url} (${elapsed(began)})`);
}

async function look(layout: Layout, address: GitLabAddress): Promise<CheckResult<true>> {
  if (!serverOf(layout)) {
    throw new UserError("the embedded GitLab ended while starting", layout.log, lastLines(layout.log), {
      code: "TIM-426",
    });
  }
  const status = await probe(`${address.url}/-/health`, address.caFile);
  return status === 200 ? { done: true, value: true } : { done: false, missing: "it does not answer yet" };
}

/** Status of an answer; undefined without an answer. */
function probe(url: string, caFile: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const secure = url.startsWith("https:");
    const options = { agent: false, timeout: 2_000, ...(secure && { ca: readFileSync(caFile) }) } as const;
    const request = (secure ? requestHttps : requestHttp)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.end();
  });
}

function lastLines(file: string): string {
  const text = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
  return `its log ends with:\n${text.split("\n").slice(-8).join("\n")}`;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The threads of an ended server hold its port a moment longer than its process shows. */
async function becomesFree(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await isFree(port)) return true;
    await sleep(50);
  }
  return false;
}

async function checkPortFree(port: number): Promise<void> {
  if (await becomesFree(port)) return;
  throw new UserError(
    `port ${port} of the embedded GitLab is taken by another process`,
    `127.0.0.1:${port}`,
    `end the process that listens there (ss -ltnp "sport = :${port}" names it); \`npx timonier down\` and \`npm run up\` make a GitLab at another port`,
    { code: "TIM-427" },
  );
}

/** The server's process: the one that was started, or one that holds the folder although its pid file was lost. */
function serverOf(layout: Layout) {
  return runningDaemon(layout.pid) ?? runningDaemon(layout.serverLock);
}

async function stop(layout: Layout): Promise<void> {
  await stopDaemon(layout.pid);
  const other = runningDaemon(layout.serverLock);
  if (other) await endProcess(other);
  const port = readAddress(layout)?.port;
  if (port !== undefined) await becomesFree(port);
}

/** Runs one lifecycle step of a folder at a time, across processes. */
async function exclusively<T>(dir: string, step: (layout: Layout) => Promise<T>): Promise<T> {
  const root = resolve(dir);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const lockfilePath = `${root}.lock`;
  await expireAbandonedLock(lockfilePath, STALE);
  const release = await lock(root, {
    lockfilePath,
    stale: STALE,
    update: 1_000,
    // After the machine slept, this lock may be lost; the server's own lock still guards the folder.
    onCompromised: () => {},
    retries: { retries: 600, factor: 1, minTimeout: 50, maxTimeout: 100 },
  });
  try {
    return await step(layoutOf(root));
  } finally {
    await release();
  }
}
