import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dnsLabel } from "@timonier/kit/dns-name";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { reservedSections } from "../../constructs/application.js";
import { exitCodes } from "../exit-codes.js";
import { type NewApp, newAppFiles, newAppKinds } from "../new-app/app-files.js";
import { addToList } from "../new-app/application-list.js";

/** Options of `timonier new app`. */
export interface NewAppOptions {
  /** Given with --kind. @default service */
  readonly kind?: string;
  readonly image?: string;
  /** Address of a chart, or the name of a pinned one. */
  readonly chart?: string;
  /** Version of the chart at the address. @default the newest */
  readonly version?: string;
  /** Folder of the checkout. @default this one */
  readonly root?: string;
}

const listFile = "apps/applications.ts";
const settingsFile = "apps/settings.yaml";

/**
 * `timonier new app NAME`: writes an application with its settings and its test, and lists it. The
 * same command finishes a run that was killed: the parts that it wrote are kept.
 *
 * @returns the exit code
 * @throws UserError before anything is written
 */
export async function newApp(name: string, { root = checkout, ...options }: NewAppOptions): Promise<number> {
  const asked = describeApp(name, options);
  const read = (path: string) => readFile(join(root, path), "utf8");
  const [list, sections] = await Promise.all([read(listFile), read(settingsFile)]);
  const extended = addToList(list, name);
  // Before a chart is pinned: the list is written last, so no run that was killed has changed it.
  if (extended === list) throw existing(name, listFile);
  const { files, settings } = newAppFiles(asked.kind === "chart" ? await pinned(asked, root) : asked);
  const missing = new Map<string, string>();
  for (const [path, text] of files) {
    const found = await read(path).catch(ifAbsent);
    if (found === undefined) missing.set(path, text);
    else if (found !== text) throw existing(name, path);
  }
  const hasSection = new RegExp(`^${name}:`, "m").test(sections);
  if (hasSection && !sections.includes(settings)) throw existing(name, settingsFile);
  if (!hasSection) missing.set(settingsFile, `${sections.trimEnd()}\n${settings}`);
  // Last: the application is not built before everything that it needs is there.
  missing.set(listFile, extended);

  for (const [path, text] of missing) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFileAtomic(join(root, path), text);
  }
  for (const path of [...files.keys(), settingsFile, listFile]) console.log(path);
  console.log("\nnext: npx timonier synth, then npx timonier rehearse --stack STACK and npx timonier publish");
  return exitCodes.done;
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

const existing = (name: string, where: string) =>
  invalidApp(
    `there is already an application ${name}, or a part of one`,
    where,
    "choose another name; after a run that was killed, use the same options",
  );

/** A new application as it was asked for: its chart may not be pinned yet. */
type AskedApp =
  | Exclude<NewApp, { kind: "chart" }>
  | { readonly kind: "chart"; readonly name: string; readonly chart: string; readonly version: string | undefined };

/** Pins the chart of an application, unless it names a pinned one. */
async function pinned({ name, chart, version }: Extract<AskedApp, { kind: "chart" }>, root: string): Promise<NewApp> {
  // Loaded on demand: the other kinds need no chart.
  const [{ pinChart }, { readPin }] = await Promise.all([import("./chart.js"), import("../chart/pinned-charts.js")]);
  const file = dnsLabel.test(chart) ? chart : await pinChart(chart, version, { root });
  const { source } = await readPin(root, file);
  return { kind: "chart", name, pinned: file, source: source.kind };
}

function describeApp(name: string, options: Omit<NewAppOptions, "root">): AskedApp {
  if (!dnsLabel.test(name)) {
    throw invalidApp(`invalid application name "${name}"`, "NAME", 'use at most 63 lower-case letters, digits and "-"');
  }
  if (reservedSections.includes(name)) {
    throw invalidApp(`an application cannot have the name ${name}`, settingsFile, "choose another name");
  }
  switch (options.kind ?? "service") {
    case "service":
      return { kind: "service", name, image: options.image ?? `registry.example.org/team/${name}:1.0.0` };
    case "folder":
      return { kind: "folder", name };
    case "chart": {
      const { chart, version } = options;
      if (chart !== undefined) return { kind: "chart", name, chart, version };
      const fix = "add --chart ADDRESS --version VERSION, or --chart NAME of a chart that is pinned in apps/charts";
      throw invalidApp("an application of a chart needs the chart", "--kind chart", fix);
    }
    default:
      throw invalidApp(
        `unknown kind of application: ${options.kind}`,
        "--kind",
        `use one of ${newAppKinds.join(", ")}`,
      );
  }
}

const invalidApp = (what: string, where: string, fix: string) => new UserError(what, where, fix, { code: "TIM-807" });
