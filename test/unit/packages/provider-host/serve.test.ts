import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { type Plugin, ResourceIncomplete } from "../../../../packages/provider-host/plugin.js";
import { secret, UNKNOWN } from "../../../../packages/provider-host/properties.js";
import { fromStruct, toStruct } from "../../../../packages/provider-host/protocol.js";
import { engineAddress } from "../../../../packages/provider-host/serve.js";
import { type Host, host, send } from "./host.js";

const urn = "urn:pulumi:dev::story::demo:index:Box::crate";

interface Config {
  readonly token: string;
}

function boxes(overrides: Partial<Plugin<Config>["resources"][string]> = {}): Plugin<Config> {
  return {
    name: "demo",
    version: "1.2.3",
    configure: (args) => ({ token: String(args.token) }),
    resources: {
      "demo:index:Box": {
        secrets: ["key"],
        replaceOn: ["size"],
        create: async (inputs, { config }) => ({ id: "7", state: { ...inputs, key: `key of ${config.token}` } }),
        update: async (_id, olds, news) => ({ state: { ...olds.state, ...news } }),
        ...overrides,
      },
    },
  };
}

let running: Host | undefined;
afterEach(() => running?.close());

async function configured(plugin: Plugin<Config>, args = { token: "t" }, engine?: string) {
  running = await host(plugin, engine);
  const { client } = running;
  await send(client, "configure", new messages.ConfigureRequest().setArgs(toStruct(args)));
  return client;
}

const createRequest = (properties: Record<string, unknown>, preview = false) =>
  new messages.CreateRequest().setUrn(urn).setProperties(toStruct(properties)).setPreview(preview);

test("hands secrets to the handler in clear and back to the engine as secrets", async () => {
  // GIVEN
  let seen: unknown;
  const client = await configured(
    boxes({
      create: async (inputs, { config }) => {
        seen = inputs;
        return { id: "7", state: { ...inputs, key: `key of ${config.token}`, plain: "x", absent: undefined } };
      },
    }),
    { token: secret("t") } as never,
  );
  // WHEN
  const made = await send(client, "create", createRequest({ label: secret("private") }));
  // THEN
  expect(seen).toEqual({ label: "private" });
  expect(made.getId()).toBe("7");
  expect(fromStruct(made.getProperties())).toEqual({
    label: secret("private"),
    key: secret("key of t"),
    plain: "x",
  });
});

test("makes nothing in a preview, and says what is known", async () => {
  const client = await configured(boxes({ create: () => Promise.reject(new Error("called in a preview")) }));
  const made = await send(client, "create", createRequest({ label: "l", from: UNKNOWN }, true));
  expect(fromStruct(made.getProperties())).toEqual({ label: "l", from: UNKNOWN });
});

test("tolerates unknown settings in a preview", async () => {
  const client = await configured(
    { ...boxes(), configure: () => Promise.reject(new Error("called")) },
    {
      token: UNKNOWN,
    },
  );
  const made = await send(client, "create", createRequest({ label: "l" }, true));
  expect(fromStruct(made.getProperties())).toEqual({ label: "l" });
  await expect(send(client, "create", createRequest({ label: "l" }))).rejects.toThrow(/not known yet/);
});

test("compares old inputs, not old outputs, and replaces where the kind says so", async () => {
  const client = await configured(boxes());
  const request = (inputs: object, news: object) =>
    new messages.DiffRequest()
      .setUrn(urn)
      .setOlds(toStruct({ label: "as the server has it", size: 9, key: "k" }))
      .setOldInputs(toStruct({ ...inputs }))
      .setNews(toStruct({ ...news }));
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;

  const same = await send(client, "diff", request({ label: "a", __defaults: ["x"] }, { label: "a" }));
  expect(same.getChanges()).toBe(DIFF_NONE);

  const updated = await send(client, "diff", request({ label: "a", size: 1 }, { label: "b", size: 1 }));
  expect(updated.getChanges()).toBe(DIFF_SOME);
  expect(updated.getDiffsList()).toEqual(["label"]);
  expect(updated.getReplacesList()).toEqual([]);

  const replaced = await send(client, "diff", request({ label: "a", size: 1 }, { label: "b", size: 2 }));
  expect(replaced.getReplacesList()).toEqual(["size"]);
});

test("replaces a kind that cannot be updated whatever changes", async () => {
  const plugin = boxes();
  const { update: _, ...fixed } = plugin.resources["demo:index:Box"] as Plugin<Config>["resources"][string];
  const client = await configured({ ...plugin, resources: { "demo:index:Box": fixed } });
  const request = new messages.DiffRequest().setUrn(urn).setOldInputs(toStruct({ label: "a" }));
  const found = await send(client, "diff", request.setNews(toStruct({ label: "b" })));
  expect(found.getReplacesList()).toEqual(["label"]);
});

test("drops an input that was taken back from what an update previews", async () => {
  const client = await configured(boxes());
  const request = new messages.UpdateRequest()
    .setUrn(urn)
    .setOlds(toStruct({ label: "a", note: "n", key: secret("k"), address: "here" }))
    .setOldInputs(toStruct({ label: "a", note: "n" }))
    .setNews(toStruct({ label: "b" }))
    .setPreview(true);
  const previewed = await send(client, "update", request);
  expect(fromStruct(previewed.getProperties())).toEqual({ label: "b", key: secret("k"), address: "here" });
});

test("changes of the provider's own settings replace nothing", async () => {
  const client = await configured(boxes());
  const request = new messages.DiffRequest()
    .setOldInputs(toStruct({ baseUrl: "https://one.example", token: secret("t") }))
    .setNews(toStruct({ baseUrl: "https://two.example", token: secret("t") }));
  const found = await send(client, "diffConfig", request);
  expect(found.getDiffsList()).toEqual(["baseUrl"]);
  expect(found.getReplacesList()).toEqual([]);
});

test("says what a user can fix without a stack, and a bug with its own", async () => {
  const fixable = new UserError("the token has expired", "https://gitlab.example", "make a new one", {
    code: "TIM-403",
  });
  const client = await configured(boxes({ create: () => Promise.reject(fixable) }));
  const refused = await send(client, "create", createRequest({})).catch((error: grpc.ServiceError) => error);
  expect((refused as grpc.ServiceError).details).toBe(fixable.message);

  running?.close();
  const buggy = await configured(boxes({ create: () => Promise.reject(new TypeError("x is not a function")) }));
  const bug = await send(buggy, "create", createRequest({})).catch((error: grpc.ServiceError) => error);
  expect((bug as grpc.ServiceError).details).toMatch(/TypeError: x is not a function\n\s+at /);
});

test("an error after creation carries id and state, secrets concealed", async () => {
  const cause = new UserError("main never became protected", "group/project", "protect it", { code: "TIM-414" });
  const client = await configured(
    boxes({ create: () => Promise.reject(new ResourceIncomplete("7", { label: "l", key: "canary" }, cause)) }),
  );
  const failed = (await send(client, "create", createRequest({ label: secret("l") })).catch(
    (error) => error,
  )) as grpc.ServiceError;

  const [packed] = failed.metadata.get("grpc-status-details-bin");
  const [detail] = status.Status.deserializeBinary(packed as Buffer).getDetailsList();
  expect(detail?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
  const incomplete = messages.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  expect(incomplete.getId()).toBe("7");
  expect(fromStruct(incomplete.getProperties())).toEqual({ label: secret("l"), key: secret("canary") });
  expect(incomplete.getReasonsList()).toEqual([cause.message]);
});

test("cancelling aborts what is under way", async () => {
  let began: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    began = resolve;
  });
  const client = await configured(
    boxes({
      create: (_inputs, { signal }) => {
        began();
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
    }),
  );
  const creation = send(client, "create", createRequest({}));
  creation.catch(() => {});
  await started;
  await send(client, "cancel", new empty.Empty());
  await expect(creation).rejects.toThrow(/cancelled/);
});

test("a resource that is gone reads as no id", async () => {
  const client = await configured(boxes({ read: async () => undefined }));
  const found = await send(client, "read", new messages.ReadRequest().setUrn(urn).setId("7"));
  expect(found.getId()).toBe("");
});

test("refuses a type that the plugin lacks by its token", async () => {
  const client = await configured(boxes());
  const request = createRequest({}).setUrn("urn:pulumi:dev::story::a:b:Parent$demo:index:Crate::c");
  await expect(send(client, "create", request)).rejects.toThrow(/has no resource demo:index:Crate/);
});

test("log lines arrive before the answer, under the resource", async () => {
  // GIVEN an engine
  const lines: Array<[string, string, boolean]> = [];
  const engine = new grpc.Server();
  engine.addService(engineService.EngineService, {
    log: (call: grpc.ServerUnaryCall<LogRequest, unknown>, done: grpc.sendUnaryData<unknown>) => {
      lines.push([call.request.getMessage(), call.request.getUrn(), call.request.getEphemeral()]);
      done(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve) => {
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, bound) => resolve(bound));
  });
  try {
    const client = await configured(
      boxes({
        create: async (_inputs, context) => {
          context.log("info", "waiting for main", { ephemeral: true });
          return { id: "7", state: {} };
        },
      }),
      undefined,
      `127.0.0.1:${port}`,
    );
    // WHEN
    await send(client, "create", createRequest({}));
    // THEN
    expect(lines).toEqual([["waiting for main", urn, true]]);
  } finally {
    engine.forceShutdown();
  }
});

test("finds the engine's address among the options", () => {
  expect(engineAddress(["--logtostderr", "-v=9", "--tracing", "file:./t", "127.0.0.1:99"])).toBe("127.0.0.1:99");
  expect(engineAddress([])).toBeUndefined();
});
