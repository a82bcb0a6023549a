// Obtains a Node.js that fits `engines` in package.json. Plain JavaScript without packages, because
// an unsupported Node.js runs it before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { nodePins, supportedNodes } from "./node-version.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Longest wait for the first byte and for each further byte, in milliseconds. */
const CONNECT = 3_000;
const SILENCE = 30_000;
/**
 * Age from which the lock of a killed process is taken over, in milliseconds; a running process
 * updates it four times as often.
 */
const STALE = 10_000;
const PROGRESS_INTERVAL = 15_000;

/** Code of {@link NodeError} in docs/errors.md. */
const NODE_CODE = "TIM-208";

/** An error that the user can fix. */
export class NodeError extends Error {
  /** @param {string} what @param {string} where @param {string} fix */
  constructor(what, where, fix) {
    super(`${what}\n  where: ${where}\n  fix:   ${fix}\n  code:  ${NODE_CODE}`);
    this.name = "NodeError";
  }
}

/**
 * Obtains a supported Node.js: from the tool cache, else from nodejs.org, else from npm's registry.
 *
 * Environment: TIMONIER_CACHE and TIMONIER_TOOLS_FROM as for the other tools; npm's registry counts
 * as tool source `source`.
 *
 * @param {Partial<Surroundings>} [given]
 * @returns {Promise<string>} path of the binary
 * @throws {NodeError} when it cannot be obtained
 */
export async function ensureNode(given = {}) {
  /** @type {Surroundings} */
  const surroundings = {
    env: process.env,
    platform: `${process.platform}-${process.arch}`,
    pins: nodePins,
    vendor: "https://nodejs.org/dist",
    progress: (line) => console.error(line),
    ...given,
  };
  const { env, platform, pins } = surroundings;
  const pin = pins[platform];
  const problem = `Node.js ${process.versions.node} is not supported, and a supported one could not be obtained`;
  const fix = `install Node.js ${supportedNodes()} (https://nodejs.org)`;
  if (!pin) throw new NodeError(problem, `${platform}: timonier has no Node.js for this platform`, fix);
  const cache = cacheRoot(env);
  const allowed = (env.TIMONIER_TOOLS_FROM ?? "").split(",").map((each) => each.trim());
  const sources = [fromVendor(surroundings, pin.archive), fromRegistry(surroundings, pin.package)];
  const enabled = sources.filter(({ name }) => allowed.includes(name) || allowed.every((each) => each === ""));
  const cached = () => enabled.map((source) => placeOf(cache, source)).find((path) => existsSync(path));
  const found = cached();
  if (found) return found;
  try {
    return await withLock(join(cache, "locks", "node.lock"), surroundings.progress, async () => {
      const refusals = [];
      for (const source of cached() ? [] : enabled) {
        try {
          await obtain(cache, source, surroundings.progress);
          break;
        } catch (error) {
          refusals.push(`${source.from}: ${error.message}`);
        }
      }
      const path = cached();
      if (path) return path;
      const reasons = enabled.length > 0 ? refusals : ["not tried (TIMONIER_TOOLS_FROM)"];
      throw new NodeError(
        problem,
        [...reasons, `cache ${cache}`].join("\n    "),
        `${fix}, or let this machine reach one of these servers`,
      );
    });
  } catch (error) {
    if (error instanceof NodeError) throw error;
    throw new NodeError(
      `${problem}: ${error.message}`,
      cache,
      "make the folder writable, or set TIMONIER_CACHE to another folder",
    );
  }
}

/** Downloads into a temporary folder, checks the binary and moves it into the cache. */
async function obtain(cache, source, progress) {
  const start = Date.now();
  // Deletes files of an interrupted command; packages/toolchain does so too.
  const work = join(cache, "tmp", "node");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const folder = mkdtempSync(join(work, "work-"));
  progress(`node ${source.version}: downloading from ${source.from}`);
  const timer = setInterval(
    () => progress(`node ${source.version}: downloading, ${seconds(start)}`),
    PROGRESS_INTERVAL,
  );
  try {
    const archive = await source.download(folder);
    const [algorithm, encoding, digest] = source.digest;
    const actual = await digestOf(archive, algorithm, encoding);
    if (actual !== digest) throw new Error(`${algorithm} of the download is ${actual}, not ${digest}`);
    await capture("tar", ["-xzf", archive, "-C", folder, source.member], {});
    const binary = join(folder, source.member);
    chmodSync(binary, 0o755);
    // Fails, for example, where the binary needs glibc and the machine has musl.
    const version = (await capture(binary, ["--version"], {})).trim();
    if (version !== `v${source.version}`) throw new Error(`the version of the binary is ${version}`);
    const place = placeOf(cache, source);
    mkdirSync(dirname(place), { recursive: true });
    renameSync(binary, place);
    progress(`node ${source.version}: downloaded and verified in ${seconds(start)}`);
  } finally {
    clearInterval(timer);
    rmSync(work, { recursive: true, force: true });
  }
}

/** The archive on nodejs.org. */
function fromVendor({ env, platform, vendor }, { version, sha256 }) {
  const name = `node-v${version}-${platform}`;
  return {
    name: "vendor",
    from: new URL(vendor).host,
    version,
    digest: ["sha256", "hex", sha256],
    member: `${name}/bin/node`,
    async download(folder) {
      // fetch of Node.js before version 24 does not use a proxy; npm always does.
      if (env.https_proxy ?? env.HTTPS_PROXY) throw new Error("not used: HTTPS_PROXY is set");
      const file = join(folder, `${name}.tar.gz`);
      await download(`${vendor}/v${version}/${name}.tar.gz`, file);
      return file;
    },
  };
}

/** The package in npm's registry, downloaded by npm, which knows the registry, the proxy and the login. */
function fromRegistry({ env }, { name, version, integrity }) {
  const [algorithm, digest] = [integrity.slice(0, integrity.indexOf("-")), integrity.slice(integrity.indexOf("-") + 1)];
  return {
    name: "source",
    from: `npm's registry (${name})`,
    version,
    digest: [algorithm, "base64", digest],
    member: "package/bin/node",
    async download(folder) {
      const args = ["pack", `${name}@${version}`, "--pack-destination", folder, "--ignore-scripts", "--loglevel=error"];
      await capture("npm", args, { cwd: root, env });
      const file = readdirSync(folder).find((each) => each.endsWith(".tgz"));
      if (!file) throw new Error("npm pack wrote no archive");
      return join(folder, file);
    },
  };
}

async function download(url, file) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(new Error(`${url} did not answer within ${CONNECT / 1000} s`)), CONNECT);
  try {
    const response = await fetch(url, { signal: silence.signal }).catch((error) => {
      throw new Error(`${url}: ${error.cause?.message ?? error.message}`);
    });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    const body = Readable.fromWeb(response.body);
    body.on("data", () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error(`${url} sent nothing for ${SILENCE / 1000} s`)), SILENCE);
    });
    await pipeline(body, createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}

/** Folder that all checkouts share, as in packages/toolchain/cache.ts. */
export function cacheRoot(env, home = homedir()) {
  if (env.TIMONIER_CACHE) return resolve(env.TIMONIER_CACHE);
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "timonier");
  return join(home, ".cache", "timonier");
}

function placeOf(cache, { name, version, digest }) {
  const key = createHash("sha256").update(digest.join(" ")).digest("hex").slice(0, 16);
  return join(cache, "tools", "node", `${version}-${name}-${key}`, "node");
}

async function digestOf(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/**
 * Waits for another process that obtains Node.js. The lock is a folder whose time its owner
 * updates, as in proper-lockfile. Two owners at the same time would do no harm, because a rename
 * moves the binary into the cache.
 *
 * @param stale milliseconds after which a lock that is not updated is taken over
 */
export async function withLock(folder, progress, work, stale = STALE) {
  mkdirSync(dirname(folder), { recursive: true });
  const seen = { time: undefined, since: 0 };
  for (let waited = 0; !taken(folder); waited += 200) {
    if (removeAbandoned(folder, seen, waited, stale)) continue;
    if (waited % PROGRESS_INTERVAL === 0) progress("node: waiting for another command that downloads it");
    await sleep(200);
  }
  const touch = setInterval(() => utimesSync(folder, new Date(), new Date()), stale / 4);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Removes a lock that its owner does not update: one with an old time at once, and one of the
 * future, from before the clock was set back, after its time stayed the same for a while.
 */
function removeAbandoned(folder, seen, waited, stale) {
  const time = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  if (time !== seen.time) Object.assign(seen, { time, since: waited });
  const isAbandoned = time !== undefined && (Date.now() - time > stale || waited - seen.since > stale);
  if (isAbandoned) rmSync(folder, { recursive: true, force: true });
  return isAbandoned;
}

function taken(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Output of a command. @throws Error with its last line of stderr */
function capture(command, args, options) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const [out, err] = [[], []];
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => err.push(chunk));
    child.once("error", (error) => failed(new Error(`${command}: ${error.message}`)));
    child.once("close", (code) => {
      const message = Buffer.concat(err).toString().trim().split("\n").slice(0, 2).join(" ");
      if (code === 0) done(Buffer.concat(out).toString());
      else failed(new Error(`${command} ${args[0]} failed: ${message || `exit code ${code}`}`));
    });
  });
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/**
 * Environment of {@link ensureNode}; tests replace parts of it.
 *
 * @typedef {{
 *   env: NodeJS.ProcessEnv;
 *   platform: string;
 *   pins: typeof nodePins;
 *   vendor: string;
 *   progress: (line: string) => void;
 * }} Surroundings
 */
