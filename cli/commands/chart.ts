import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseAddress } from "@timonier/charts/chart-address";
import { type ChartContent, parsedYaml } from "@timonier/charts/chart-content";
import { downloadChart } from "@timonier/charts/download";
import { type Pin, pinFolder, pinPath } from "@timonier/charts/pin-file";
import { schemaChanges } from "@timonier/charts/schema-changes";
import { schemaOfDefaults } from "@timonier/charts/values-schema";
import { addressOf } from "@timonier/kit/chart-source";
import { dnsLabel } from "@timonier/kit/dns-name";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { chartPinFiles } from "../chart/chart-files.js";
import { checkPins } from "../chart/check-pins.js";
import { findPin, pinnedNames, readPin } from "../chart/pinned-charts.js";
import { exitCodes } from "../exit-codes.js";

/** Options of the `timonier chart` commands. */
export interface ChartOptions {
  /** Name of the files in apps/charts. @default the name of the chart */
  readonly as?: string | undefined;
  /** Whether an OCI registry is read without TLS. @default false */
  readonly plainHttp?: boolean | undefined;
  /** Folder of the checkout. @default this one */
  readonly root?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * `timonier chart add ADDRESS [VERSION]`: pins a chart, with the types of its values.
 *
 * @returns the exit code
 * @throws UserError when the chart cannot be read, or another one is pinned under the name
 */
export async function chartAdd(address: string, version?: string, options: ChartOptions = {}): Promise<number> {
  const name = await pinChart(address, version, options);
  console.log(`\nnext: npx timonier new app NAME --kind chart --chart ${name}`);
  return exitCodes.done;
}

/** Pins a chart. @returns the name of its files */
export async function pinChart(
  address: string,
  version: string | undefined,
  { as, plainHttp, root = checkout, env = process.env }: ChartOptions,
): Promise<string> {
  const source = parseAddress(address, plainHttp);
  const chart = await downloadChart(source, { version, root, env });
  const name = as ?? chart.content.name;
  if (!dnsLabel.test(name)) {
    throw new UserError(`invalid name "${name}"`, "--as", 'use at most 63 lower-case letters, digits and "-"', {
      code: "TIM-820",
    });
  }
  const before = await findPin(root, name);
  if (before && JSON.stringify(before.source) !== JSON.stringify(source)) {
    throw new UserError(
      `another chart is pinned as ${name}: ${addressOf(before.source)}`,
      pinPath(name),
      "choose another name for this one with --as NAME",
      { code: "TIM-825" },
    );
  }
  if (before && before.version !== chart.version) {
    const fix = `npx timonier chart upgrade ${name} ${chart.version}`;
    throw new UserError(`the chart is pinned already, at ${before.version}`, pinPath(name), fix, { code: "TIM-825" });
  }
  await write(root, name, await chartPinFiles(name, source, chart));
  return name;
}

/**
 * `timonier chart upgrade NAME [VERSION]`: pins another version of a chart, and prints what differs
 * in its values.
 *
 * @returns the exit code
 * @throws UserError when the chart is not pinned or cannot be read
 */
export async function chartUpgrade(name: string, version?: string, options: ChartOptions = {}): Promise<number> {
  const { root = checkout, env = process.env } = options;
  const pin = await readPin(root, name);
  const before = await schemaOfPin(root, pin);
  const chart = await downloadChart(pin.source, { version, root, env });
  await write(root, name, await chartPinFiles(name, pin.source, chart));
  const changes = schemaChanges(before, schemaOf(chart.content));
  console.log(`\n${pin.name} ${pin.version} → ${chart.version}`);
  console.log(changes.length === 0 ? "its values have the same fields" : changes.join("\n"));
  return exitCodes.done;
}

/**
 * `timonier chart check [NAME…]`: downloads pinned charts again, and compares their digests.
 *
 * @returns the exit code
 * @throws UserError for the charts whose content was replaced
 */
export async function chartCheck(names: readonly string[], options: ChartOptions = {}): Promise<number> {
  const { root = checkout, env = process.env } = options;
  const chosen = names.length > 0 ? names : await pinnedNames(root);
  const pins = await Promise.all(chosen.map(async (name) => ({ name, pin: await readPin(root, name) })));
  for (const { line } of await checkPins(pins, { root, env })) console.log(line);
  return exitCodes.done;
}

const schemaOf = ({ schema, defaults }: Pick<ChartContent, "schema" | "defaults">) =>
  schema ?? schemaOfDefaults(parsedYaml(defaults));

async function schemaOfPin(root: string, { source, defaults, schema }: Pin) {
  if (source.kind === "folder") return schemaOf((await downloadChart(source, { root, env: {} })).content);
  const read = (path: string | undefined) => (path === undefined ? "" : readFile(join(root, path), "utf8"));
  const text = await read(schema);
  return text ? JSON.parse(text) : schemaOfDefaults(parsedYaml(await read(defaults)));
}

/** Writes the files, and deletes those of the version before that this one does not have. */
async function write(root: string, name: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFileAtomic(join(root, path), text);
    console.log(path);
  }
  for (const ending of ["values.yaml", "schema.json"]) {
    const path = `${pinFolder}/${name}.${ending}`;
    if (!files.has(path)) await rm(join(root, path), { force: true });
  }
}
