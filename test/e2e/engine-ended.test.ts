import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import monitorService from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import monitorMessages from "@pulumi/pulumi/proto/resource_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import { describe, expect, test } from "vitest";
import { checkout } from "../../packages/kit/state-folder.js";

type Call = { readonly request: Record<string, () => number | string> };
type Answer = (error: unknown, value?: unknown) => void;
type Method = (call: Call, answer: Answer) => void;

const sdk = join(checkout, "node_modules/@pulumi/pulumi");

/** Milliseconds between the last call that is answered and the end of the engine. */
const DELAY = 150;

const empty: Method = (_call, answer) => answer(null, new emptyMessages.Empty());

/** What an engine is that a test changes. */
interface Scenario {
  /** Methods that answer in another way. @param end ends the engine */
  readonly methods?: (end: () => void) => Record<string, Method>;
  /** Milliseconds for which messages are still accepted after resources are not. @default 0 */
  readonly listens?: number;
}

/**
 * An engine that answers everything, but for what a test changes. As in Pulumi, messages have an
 * address of their own.
 */
async function startEngine({ methods = () => ({}), listens = 0 }: Scenario) {
  const [monitor, messages] = [new grpc.Server(), new grpc.Server()];
  const logged: string[] = [];
  const end = () => {
    monitor.forceShutdown();
    setTimeout(() => messages.forceShutdown(), listens);
  };
  const own = methods(end);
  const resourceMethods: Record<string, Method> = {
    supportsFeature: (_call, answer) => answer(null, new monitorMessages.SupportsFeatureResponse().setHassupport(true)),
    registerResource: ({ request }, answer) => {
      const urn = `urn:pulumi:test::timonier::${request.getType?.()}::${request.getName?.()}`;
      answer(null, new monitorMessages.RegisterResourceResponse().setUrn(urn));
    },
    registerResourceOutputs: empty,
    signalAndWaitForShutdown: empty,
    ...own,
  };
  const engineMethods: Record<string, Method> = {
    setRootResource: (_call, answer) => answer(null, new engineMessages.SetRootResourceResponse()),
    ...own,
    log: (call, answer) => {
      // Warnings and errors: what a user sees.
      if (Number(call.request.getSeverity?.()) > 1) logged.push(String(call.request.getMessage?.()));
      (own.log ?? empty)(call, answer);
    },
  };
  monitor.addService(monitorService.ResourceMonitorService as never, resourceMethods as never);
  messages.addService(engineService.EngineService as never, engineMethods as never);
  return { monitor: await listen(monitor), engine: await listen(messages), logged, end };
}

async function listen(server: grpc.Server): Promise<string> {
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return `127.0.0.1:${port}`;
}

/** Runs a program as Pulumi's language host does. @returns its exit code, and what it prints or tells the engine */
async function run(program: string, scenario: Scenario = {}): Promise<{ code: unknown; said: string }> {
  const { monitor, engine, logged, end } = await startEngine(scenario);
  const folder = mkdtempSync(join(tmpdir(), "timonier-engine-"));
  writeFileSync(join(folder, "package.json"), '{"name":"test","version":"1.0.0","type":"module","main":"index.js"}');
  writeFileSync(
    join(folder, "index.js"),
    `import pulumi from "${sdk}/index.js";
     import { endWithEngine } from "${checkout}/infra/engine-ended.mjs";
     const sleep = (time) => new Promise((over) => setTimeout(over, time));
     export default async () => { endWithEngine(); ${program} };`,
  );
  const options = [`--monitor=${monitor}`, `--engine=${engine}`, "--project=timonier", "--stack=test", "--parallel=16"];
  const preload = `--require=${join(checkout, "infra/on-demand.cjs")}`;
  const args = [preload, `${sdk}/cmd/run`, ...options, `--pwd=${folder}`, "."];
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, said: [...logged, stdout, stderr].join("") }),
      );
    });
  } finally {
    end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const COMPONENT = `
  const made = new pulumi.ComponentResource("timonier:test:Made", "made");
  made.registerOutputs({ value: 1 });`;
/** Messages that go on after the engine has ended. */
const TALK = `for (let line = 0; line < 20; line++) { void pulumi.log.info("line " + line); await sleep(20); }`;
const DEPENDENT = `
  const told = made.urn.apply(async (urn) => {
    await sleep(2 * ${DELAY});
    new pulumi.ComponentResource("timonier:test:Late", "late");
    return urn;
  });
  return { told };`;

const later =
  (end: () => void): Method =>
  () =>
    void setTimeout(end, DELAY);

/** Registers the stack, and nothing else. */
const onlyStack = (end: () => void): Method => {
  const urn = "urn:pulumi:test::timonier::pulumi:pulumi:Stack::timonier-test";
  return ({ request }, answer) => {
    if (String(request.getName?.()) === "made") setTimeout(end, DELAY);
    else answer(null, new monitorMessages.RegisterResourceResponse().setUrn(urn));
  };
};

describe.each([0, 300])("an engine that takes messages for %i ms longer than resources", (listens) => {
  test.each<[string, string, Required<Scenario>["methods"]]>([
    ["outputs are being registered", COMPONENT, (end) => ({ registerResourceOutputs: later(end) })],
    ["a resource is being registered", COMPONENT + TALK, (end) => ({ registerResource: onlyStack(end) })],
    ["the stack is being made the root", COMPONENT, (end) => ({ setRootResource: later(end) })],
    [
      "messages are on their way",
      COMPONENT + TALK,
      (end) => ({
        log: (_call, answer) => void setTimeout(() => answer(null, new emptyMessages.Empty()), DELAY),
        registerResourceOutputs: later(end),
      }),
    ],
    ["an output is awaited", COMPONENT + DEPENDENT, (end) => ({ registerResourceOutputs: later(end) })],
  ])("ends while %s: the program ends at once and prints nothing", async (_when, program, methods) => {
    expect(await run(program, { methods, listens })).toEqual({ code: 32, said: "" });
  });
});

test("an engine that stays: the program ends well", async () => {
  expect(await run(COMPONENT + TALK)).toEqual({ code: 0, said: "" });
});

test("an error of the program's own is still reported with its stack", async () => {
  const { code, said } = await run(`throw new TypeError("x is undefined");`);
  expect(said).toMatch(/TypeError: x is undefined\n\s+at /);
  expect(code).toBe(32);
});
