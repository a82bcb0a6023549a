import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { checkout } from "../../../packages/kit/state-folder.js";

const sdk = join(checkout, "node_modules/@pulumi/pulumi");

/** Runs a script as Pulumi's children are run, with `pulumi` as the SDK. @returns what it prints, as JSON */
async function run(script: string): Promise<unknown> {
  const preload = `--require=${join(checkout, "infra/on-demand.cjs")}`;
  const program = `const pulumi = require("${sdk}"); require("${sdk}/cmd/run/tracing");
    const loaded = (name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));
    ${script}`;
  // A package of its own: the SDK reads the dependencies of the one that it runs in.
  const cwd = mkdtempSync(join(tmpdir(), "timonier-sdk-"));
  try {
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0" }));
    const { stdout } = await promisify(execFile)(process.execPath, [preload, "-e", program], { cwd });
    return JSON.parse(stdout);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

describe("modules on demand", () => {
  const names = ["typescript", "@npmcli/arborist", "@opentelemetry/exporter-zipkin", "@pulumi/pulumi/automation"];

  it("does not load what the SDK imports for other programs", async () => {
    expect(await run(`console.log(JSON.stringify(${JSON.stringify(names)}.filter(loaded)))`)).toEqual([]);
  });

  it("loads it when it is used", async () => {
    const uses = await run(`
      class Own extends pulumi.dynamic.Resource {}
      const automation = typeof pulumi.automation.LocalWorkspace.create;
      const provider = typeof pulumi.provider.main;
      pulumi.runtime.serializeFunction(() => 1).then(async ({ text }) => console.log(JSON.stringify({
        automation,
        provider,
        dynamic: Own.prototype instanceof pulumi.CustomResource,
        serialized: text.includes("return () => 1"),
        paths: [...(await pulumi.runtime.computeCodePaths()).keys()],
        loaded: ["typescript", "@npmcli/arborist", "@pulumi/pulumi/automation"].filter(loaded),
      })));`);
    expect(uses).toEqual({
      automation: "function",
      provider: "function",
      dynamic: true,
      serialized: true,
      paths: [],
      loaded: ["typescript", "@npmcli/arborist", "@pulumi/pulumi/automation"],
    });
  });

  it("keeps no stack trace for a promise, and every one for an error", async () => {
    const traces = await run(`
      const { debuggablePromise } = require("${sdk}/runtime/debuggable");
      const promise = Promise.resolve();
      debuggablePromise(promise, "a test");
      console.log(JSON.stringify({
        promise: promise._debugStackTrace.includes("at "),
        error: new Error().stack.includes("at "),
        context: promise._debugCtx,
      }));`);
    expect(traces).toEqual({ promise: false, error: true, context: "a test" });
  });
});
