import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, expect, test } from "vitest";
import { checkout } from "../../../../packages/kit/state-folder.js";
import { send } from "../../packages/provider-host/host.js";

const folder = mkdtempSync(join(tmpdir(), "gitlab-plugin-"));
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("starts through a link from any folder, and prints its port and nothing else", async () => {
  // GIVEN a link to the plugin, as PATH has it
  const link = join(folder, "pulumi-resource-gitlab");
  symlinkSync(join(checkout, "simulators/gitlab-provider/pulumi-resource-gitlab"), link);
  // WHEN started as the engine does
  child = spawn(link, ["--logtostderr", "-v=1"], { cwd: folder, env: { PATH: process.env.PATH }, stdio: "pipe" });
  let printed = "";
  let complaints = "";
  child.stdout?.on("data", (data) => {
    printed += data;
  });
  child.stderr?.on("data", (data) => {
    complaints += data;
  });
  for (let waited = 0; !printed.includes("\n") && waited < 15_000; waited += 25) await sleep(25);
  // THEN
  expect({ printed, complaints }).toEqual({ printed: expect.stringMatching(/^\d+\n$/), complaints: "" });
  const address = `127.0.0.1:${printed.trim()}`;
  const client = new providerService.ResourceProviderClient(address, grpc.credentials.createInsecure());
  expect((await send(client, "getPluginInfo", new empty.Empty())).getVersion()).toBe("10.1.1");
  client.close();
});

test("hands over to the official plugin, where the stack has chosen that", () => {
  const official = join(mkdtempSync(join(tmpdir(), "official-")), "pulumi-resource-gitlab");
  writeFileSync(official, '#!/bin/sh\necho "official $*"\n', { mode: 0o755 });
  const file = join(checkout, "simulators/gitlab-provider/pulumi-resource-gitlab");
  const env = { PATH: process.env.PATH, TIMONIER_GITLAB_PLUGIN: official };
  expect(execFileSync(file, ["127.0.0.1:1"], { env, encoding: "utf8" })).toBe("official 127.0.0.1:1\n");
  rmSync(dirname(official), { recursive: true });
});
