import { execa } from "execa";
import { checkout, StateFolder } from "../../core/state.js";
import { ensureTools } from "../../embedded/toolchain/ensure.js";
import { toolNamesOf } from "../../embedded/toolchain/tools.js";
import { progress } from "../terminal.js";

/** `npm test`: the tools, then every test; further arguments are vitest's. */
export async function test(args: readonly string[]): Promise<number> {
  const bin = new StateFolder().bin;
  await ensureTools(toolNamesOf("embedded"), { binDir: bin, progress });
  const { exitCode } = await execa("vitest", ["run", ...args], {
    cwd: checkout,
    preferLocal: true,
    stdio: "inherit",
    reject: false,
    env: { TIMONIER_BIN: bin },
  });
  return exitCode ?? 1;
}
