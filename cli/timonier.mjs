#!/usr/bin/env node
// Runs on any Node.js without packages: obtains a supported Node.js, installs the packages of
// package-lock.json, then runs cli/main.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run, supportedNode } from "../packages/kit/node-runtime.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stamp = join(modules, ".timonier-packages");
const lock = join(root, ".timonier", "packages.lock");

function fail(what, where, fix, code) {
  console.error(`${what}\n  where: ${where}\n  fix:   ${fix}\n  code:  ${code}`);
  process.exit(3);
}

// Before anything is installed, which would fail on Windows with other errors.
if (process.platform === "win32") {
  fail(
    "Windows is not supported",
    "this machine",
    "use WSL 2: https://learn.microsoft.com/windows/wsl/install",
    "TIM-206",
  );
}

/**
 * Digest of what node_modules depends on: a change of the lock file, Node.js or platform installs
 * the packages again.
 */
function wanted() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${process.platform}-${process.arch}-${process.versions.modules}`).digest("hex");
}

const upToDate = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();

/**
 * Runs one installation at a time, because `npm ci` deletes files that another command reads. Takes
 * over the lock of an ended process.
 */
async function withLock(work) {
  mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
  for (let waited = 0; ; waited++) {
    try {
      const file = openSync(lock, "wx");
      writeFileSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (abandoned()) rmSync(lock, { force: true });
      else if (waited === 0) console.error("packages: waiting for another command that installs them");
      else if (waited > 600)
        fail("another command is still installing the packages", lock, `stop it, or delete ${lock}`, "TIM-207");
      await new Promise((next) => setTimeout(next, 1000));
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function abandoned() {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    // A file without a process id is being written, or its writer was killed.
    if (!owner) return Date.now() - statSync(lock).mtimeMs > 10_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function install() {
  if (upToDate()) return;
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      "node_modules is a link, and npm ci would delete the files behind it",
      modules,
      "delete the link, or run npm ci there",
      "TIM-207",
    );
  }
  const start = Date.now();
  console.error("packages: npm ci");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    // Otherwise lefthook's install script adds Git hooks (docs/decisions/0114): contributors run `npm run hooks`.
    env: { ...process.env, CI: "true" },
  });
  if (npm.status !== 0) {
    fail("npm ci failed", root, "see npm's message above; npm's registry must be reachable", "TIM-207");
  }
  linkCommand();
  writeFileSync(`${stamp}.new`, wanted());
  renameSync(`${stamp}.new`, stamp);
  console.error(`packages: npm ci done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** Makes `npx timonier` run this checkout, so that npm does not search its registry. */
function linkCommand() {
  const link = join(modules, ".bin", "timonier");
  rmSync(link, { force: true });
  symlinkSync(join("..", "..", "cli", "timonier.mjs"), link);
}

async function start() {
  if (!upToDate()) await withLock(install);
  const { load } = await import("../packages/kit/run.mjs");
  const { main } = await load("cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

const node = await supportedNode();
if (node === process.execPath) await start();
else await run(node, process.argv.slice(1));
