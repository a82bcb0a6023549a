#!/usr/bin/env node
// Starts cli/main.ts on a supported Node.js. It runs in the working directory: any clone of a GitOps repository.
import { fileURLToPath } from "node:url";

async function start() {
  const [{ load }, { run, supportedNode }] = await Promise.all([
    import("@timonier/kit/run"),
    import("@timonier/kit/node-runtime"),
  ]);
  const node = await supportedNode();
  if (node !== process.execPath) return await run(node, process.argv.slice(1));
  const { main } = await load(fileURLToPath(new URL("../cli/main.ts", import.meta.url)));
  process.exitCode = await main(process.argv.slice(2));
}

try {
  await start();
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  const checkout = fileURLToPath(new URL("../../..", import.meta.url));
  console.error(`the packages are not installed\n  where: ${checkout}\n  fix:   run \`npm ci\` there`);
  process.exitCode = 1;
}
