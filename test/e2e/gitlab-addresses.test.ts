import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { afterAll, expect, test } from "vitest";
import { waitFor } from "../../packages/kit/wait.js";
import { startTestGitLab, type TestGitLab } from "./gitlab-support.js";

// Adding an address to this machine needs root. It is one of a range that nobody routes (RFC 2544).

const address = "198.18.207.77";
const able = process.getuid?.() === 0 && spawnSync("ip", ["-V"]).status === 0;
const ip = (action: "add" | "delete") => execFileSync("ip", ["address", action, `${address}/32`, "dev", "lo"]);
let gitlab: TestGitLab | undefined;

afterAll(async () => {
  spawnSync("ip", ["address", "delete", `${address}/32`, "dev", "lo"]);
  await gitlab?.remove();
});

/** Status of an answer at the other address, its certificate held against the CA; undefined when there is none. */
function statusAt(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { agent: false, ca, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(undefined));
    sent.end();
  });
}

test.skipIf(!able)(
  "GIVEN an address that the machine does not have yet WHEN it comes, goes and comes back THEN GitLab answers there, too",
  async () => {
    gitlab = await startTestGitLab({ addresses: [address] });
    expect((await gitlab.api("GET", "/version")).status).toBe(200);
    const url = `${gitlab.url.replace("127.0.0.1", address)}/-/health`;
    const ca = readFileSync(gitlab.caFile, "utf8");
    const answers = () =>
      waitFor({ what: "an answer", timeout: 20_000, where: url, fix: "look into GitLab's log" }, async () =>
        (await statusAt(url, ca)) === 200 ? { done: true, value: true } : { done: false, missing: "there is none" },
      );
    expect(await statusAt(url, ca)).toBeUndefined();
    for (const _ of ["made with its cluster", "recreated"]) {
      ip("add");
      expect(await answers()).toBe(true);
      ip("delete");
    }
  },
);
