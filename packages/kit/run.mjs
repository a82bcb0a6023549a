// Runs TypeScript of this checkout: `node packages/kit/run.mjs ENTRY.ts [ARGUMENT…]`, or `load`
// from a running program. Each entry has one bundle, which is rebuilt when one of its sources has
// changed. A loader that translates file by file costs each process 20 to 30 MiB and a second
// (docs/decisions/0005).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import module from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { run, supportedNode } from "./node-runtime.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const built = join(root, ".timonier", "built");

/** Milliseconds after which a replaced bundle is deleted: running processes may still load parts of it. */
const KEPT = 24 * 60 * 60 * 1000;

/**
 * Imports a TypeScript file of this checkout.
 *
 * @param {string} entry path, absolute or from the checkout's top
 * @returns {Promise<any>} its exports
 */
export async function load(entry) {
  const source = resolve(root, entry);
  const file = upToDate(source) ?? (await bundle(source));
  keepCompiled();
  // Only for this checkout: source maps of packages would take 20 MiB and 0.1 s in Pulumi's program.
  module.setSourceMapsSupport(true);
  return import(pathToFileURL(file).href);
}

/**
 * Keeps V8's compiled code on disk, for this process and its children. It is among the bundles, so
 * that removeOld deletes it.
 */
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ??= join(built, "compiled");
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  // Node.js would write it at exit, but Pulumi kills its plugins.
  setTimeout(module.flushCompileCache, 1_000).unref();
}

/** File with the sources of the bundle of an entry. */
const recordOf = (source) => join(built, `${relative(root, source).replaceAll(/[\\/]/g, "-")}.json`);

/** Time and size of a source; undefined where it does not exist. */
function stampOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.mtimeMs}/${found.size}`;
}

function upToDate(source) {
  try {
    const { file, sources } = JSON.parse(readFileSync(recordOf(source), "utf8"));
    const same = Object.entries(sources).every(([path, stamp]) => stampOf(join(root, path)) === stamp);
    return same && stampOf(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

async function bundle(source) {
  const { build, stop } = await import("esbuild");
  mkdirSync(built, { recursive: true, mode: 0o700 });
  const folder = join(built, `.making-${process.pid}-${Date.now()}`);
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: { main: source },
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node22",
      sourcemap: true,
      sourcesContent: false,
      metafile: true,
      logLevel: "error",
      plugins: [externalPackages, ownAddresses],
    });
    const sources = [
      ...Object.keys(metafile.inputs),
      "package-lock.json",
      relative(root, fileURLToPath(import.meta.url)),
    ];
    const stamps = Object.fromEntries(sources.map((path) => [path, stampOf(join(root, path))]));
    const name = createHash("sha256")
      .update(JSON.stringify([relative(root, source), stamps]))
      .digest("hex")
      .slice(0, 16);
    const place = join(built, name);
    // Another process may have built the same bundle, and may be running it.
    if (!stampOf(join(place, "main.mjs"))) {
      rmSync(place, { recursive: true, force: true });
      try {
        renameSync(folder, place);
      } catch (error) {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      }
    }
    const record = recordOf(source);
    const file = join(place, "main.mjs");
    writeFileSync(`${record}.${process.pid}`, JSON.stringify({ file, sources: stamps }));
    renameSync(`${record}.${process.pid}`, record);
    removeOld();
    return file;
  } finally {
    // esbuild's service would otherwise run as long as this process.
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Packages that are TypeScript of this checkout: npm links them (`workspaces` of package.json,
 * sdks/gitlab).
 */
const OWN_PACKAGES = /^@(timonier|pulumi\/gitlab)(\/|$)/;

/**
 * Excludes other packages from a bundle; esbuild's `packages: "external"` would also exclude those
 * of this checkout.
 */
export const externalPackages = {
  name: "external-packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || OWN_PACKAGES.test(path) ? undefined : { path, external: true },
    );
  },
};

/** Keeps `import.meta.url` of a module, so that it finds the files beside its source. */
export const ownAddresses = {
  name: "own-addresses",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { loader: "ts", contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
    });
  },
};

function removeOld() {
  const used = new Set();
  for (const name of readdirSync(built).filter((one) => one.endsWith(".json"))) {
    try {
      used.add(dirname(JSON.parse(readFileSync(join(built, name), "utf8")).file));
    } catch {
      // Another process is writing it.
    }
  }
  for (const name of readdirSync(built)) {
    const path = join(built, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() && !used.has(path) && Date.now() - found.mtimeMs > KEPT) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await supportedNode();
  if (node === process.execPath) {
    process.argv.splice(1, 1);
    await load(process.argv[1]);
  } else {
    await run(node, process.argv.slice(1));
  }
}
