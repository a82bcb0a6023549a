import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchLogOff, withLogIf } from "../../../../cli/stack/automatic-log.js";
import type { Stack } from "../../../../cli/stack/stack.js";

let home: string;
let logs: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "timonier-log-"));
  logs = join(home, "logs");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const isOff = () => statSync(logs).isFile();
/** What Pulumi does: it makes the folder unless it is there, and a file in it. */
const writeLog = (name: string) => {
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, name), "PLOG");
};

describe("switchLogOff", () => {
  it("puts a file in the place of Pulumi's folder of logs, so that none can be opened", async () => {
    await switchLogOff(home);
    expect(isOff()).toBe(true);
    expect(() => writeLog("a.log")).toThrow(/EEXIST|ENOTDIR/);
  });

  it("deletes the logs that were written before", async () => {
    writeLog("old.log");
    await switchLogOff(home);
    expect(readFileSync(logs, "utf8")).toMatch(/off while this file exists/);
  });

  it("leaves nothing else behind", async () => {
    writeLog("old.log");
    await switchLogOff(home);
    expect(readdirSync(home)).toEqual(["logs"]);
  });

  it("changes nothing the second time", async () => {
    await switchLogOff(home);
    const { mtimeMs } = statSync(logs);
    await switchLogOff(home);
    expect(statSync(logs).mtimeMs).toBe(mtimeMs);
  });
});

describe("withLogIf", () => {
  const said: string[] = [];
  const run = (debug: boolean, work: () => Promise<number>) =>
    withLogIf(debug, { state: { pulumiHome: home } } as Stack, (line) => void said.push(line), work);
  beforeEach(async () => {
    said.length = 0;
    await switchLogOff(home);
  });

  it("leaves the log off unless it is asked for", async () => {
    expect(await run(false, async () => Number(isOff()))).toBe(1);
  });

  it("keeps the log of the run that asks for it, names it, and is off again", async () => {
    await run(true, async () => {
      writeLog("one.log");
      return 0;
    });
    await run(true, async () => {
      writeLog("two.log");
      return 0;
    });
    expect(isOff()).toBe(true);
    expect(readdirSync(join(home, "debug-logs"))).toEqual(["one.log", "two.log"]);
    expect(said.map((line) => /\w+\.log/.exec(line)?.[0])).toEqual(["one.log", "two.log"]);
  });

  it("is off again, and names the log, where the run throws", async () => {
    const failing = run(true, async () => {
      writeLog("one.log");
      throw new Error("killed");
    });
    await expect(failing).rejects.toThrow("killed");
    expect(isOff()).toBe(true);
    expect(said.join()).toContain("one.log");
  });

  it("keeps what was asked for through a run that was killed", async () => {
    await run(true, async () => {
      writeLog("one.log");
      return 0;
    });
    rmSync(logs);
    symlinkSync(join(home, "debug-logs"), logs);
    await switchLogOff(home);
    expect(readdirSync(join(home, "debug-logs"))).toEqual(["one.log"]);
  });
});
