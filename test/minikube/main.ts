import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parse } from "yaml";
import { toolNamesOf } from "../../infra/cluster/kinds.js";
import { fluxDistribution } from "../../infra/flux/distribution.js";
import { elapsed } from "../../packages/kit/progress.js";
import { checkout, StateFolder } from "../../packages/kit/state-folder.js";
import { UserError } from "../../packages/kit/user-error.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { platformOf } from "../../packages/toolchain/go-platform.js";
import { lockFolder } from "../../simulators/gitlab/store/folder-lock.js";
import { clearResults } from "../lanes/results.js";
import { cleanMachine, laneChains, laneMounts } from "./machine/clean.js";
import { laneEnvironment } from "./machine/layout.js";
import { importImages, prepareMachine } from "./machine/prepare.js";
import { laneProcesses } from "./machine/processes.js";
import { whyNotHere } from "./machine/reason.js";
import { imageArchive } from "./parts/archive.js";
import { buildParts } from "./parts/build.js";
import { fluxImages, kubernetesImages, nginxImage } from "./parts/images.js";
import { installPackages, unpackNginx } from "./parts/packages.js";

const here = dirname(fileURLToPath(import.meta.url));
const progress = (line: string) => console.error(`minikube: ${line}`);

/**
 * The lane with a real Minikube on this machine.
 *
 * @returns the exit code; 0 where it is skipped, with the reason said
 */
async function lane(args: readonly string[]): Promise<number> {
  const start = Date.now();
  clearResults("minikube");
  const reason = await whyNotHere();
  if (reason) return skipped(reason);
  const release = lockFolder("/run/timonier-minikube.lock", (pid, file) => {
    const fix = `wait until it has ended, or end it: kill -INT ${pid}`;
    return new UserError("another run of this lane has the machine", `process ${pid}, ${file}`, fix, {
      code: "TIM-115",
    });
  });
  try {
    const unobtainable = await installPackages(progress);
    if (unobtainable) return skipped(unobtainable);
    return await onThisMachine(args, start);
  } finally {
    release();
  }
}

async function onThisMachine(args: readonly string[], start: number): Promise<number> {
  const platform = platformOf(process.platform, process.arch);
  if (!platform) return skipped(`nothing is built for ${process.arch}`);
  const tools = await ensureTools([...new Set([...toolNamesOf("embedded"), ...toolNamesOf("minikube")])], {
    binDir: new StateFolder().bin,
    progress,
  });
  const programs = new Map([...Object.entries(tools), ...(await buildParts(platform, progress))]);
  const settings = parse(readFileSync(join(checkout, "apps", "settings.yaml"), "utf8")) as { nginx: { image: string } };
  const specs = [
    ...(await kubernetesImages(programs)),
    ...fluxImages(programs, (await fluxDistribution(progress)).text),
    await nginxImage(settings.nginx.image, await unpackNginx(progress)),
  ];
  const archives: string[] = [];
  for (const spec of specs) archives.push(await imageArchive(spec, platform));
  const clean = () => cleanMachine(progress, tools.minikube);
  // A run that was killed could not clean up.
  await clean();
  try {
    await prepareMachine(programs, platform.arch);
    await importImages(archives, progress);
    progress(`prepared after ${elapsed(start)}`);
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const { exitCode } = await execa(
      process.execPath,
      [vitest, "run", "--config", join(here, "vitest.config.ts"), ...args],
      {
        ...{ cwd: checkout, stdio: "inherit", reject: false, env: laneEnvironment() },
      },
    );
    await clean();
    return (await isClean()) ? (exitCode ?? 1) : 1;
  } finally {
    await clean();
  }
}

/** Says what is left of the lane, if anything is. */
async function isClean(): Promise<boolean> {
  const left = [
    ...laneProcesses().map(({ pid, command }) => `process ${pid} ${command}`),
    ...laneMounts(),
    ...(await laneChains()),
  ];
  for (const one of left) progress(`left on this machine: ${one}`);
  return left.length === 0;
}

function skipped(reason: string): number {
  console.log(`lane minikube is skipped: ${reason}`);
  return 0;
}

// Ctrl-C goes to the tests too; what they leave is cleaned up when they have ended.
process.on("SIGINT", () => {});
try {
  process.exitCode = await lane(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UserError ? `error: ${error.message}` : error);
  process.exitCode = error instanceof UserError ? 3 : 70;
}
