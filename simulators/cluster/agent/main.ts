import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterLayout } from "@timonier/control-plane/layout";
import { KubeApi } from "@timonier/kit/kube-api";
import type { AgentConfig } from "../agent-process.js";
import { serveLogs } from "./log-server.js";
import { RuntimeAgent } from "./runtime-agent.js";

/**
 * `main.ts DIR`: the runtime agent of the cluster with that state folder. Runs until it is ended;
 * its pods' programs go on.
 */
function main(dir: string): void {
  const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  // An error of one pod must not leave the others without their kubelet.
  process.on("unhandledRejection", (error) =>
    log(`unhandled: ${error instanceof Error ? error.stack : String(error)}`),
  );
  process.on("SIGTERM", () => process.exit(0));
  const layout = clusterLayout(dir);
  const config = JSON.parse(readFileSync(layout.agentConfig, "utf8")) as AgentConfig;
  const pem = (name: string) => readFileSync(join(layout.pki, name), "utf8");
  const access = { server: config.server, ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") };
  const api = new KubeApi(access);
  const agent = new RuntimeAgent(api, layout, config, log);
  agent.start();
  serveLogs({ ...access, port: config.logPort, find: (...names) => agent.files(...names), log });
}

main(process.argv[2] ?? "");
