// `node cli/with-node.mjs COMMAND [ARGUMENT…]`: runs a command with a supported Node.js as `node` in PATH.
// Without a command it prints the folder of that Node.js.
import { dirname } from "node:path";
import { run, supportedNode } from "../packages/kit/node-runtime.mjs";

const [command, ...args] = process.argv.slice(2);
const node = await supportedNode();
if (command === undefined) console.log(dirname(node));
else await run(command, args);
