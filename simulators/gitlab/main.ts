import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as SecureServer } from "node:https";
import { resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { seedUsers } from "./first-users.js";
import { requireGit } from "./git/version.js";
import { hookSender } from "./hooks.js";
import { noFaults } from "./http/faults.js";
import { openJournal } from "./http/journal.js";
import { KeyedLock } from "./http/keyed-lock.js";
import { buildServer } from "./http/server.js";
import type { Context } from "./http/server-context.js";
import { noSessions } from "./http/sessions.js";
import { type Layout, layoutOf } from "./layout.js";
import { reconcile } from "./reconcile.js";
import { allRoutes } from "./routes/all.js";
import { readAddress, urlOf } from "./server-address.js";
import { type GitLabSettings, readSettings } from "./settings.js";
import { lockFolder } from "./store/folder-lock.js";
import { openStore } from "./store/store.js";
import { ensureCertificates } from "./tls.js";

const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);

/** Serves one folder until SIGTERM. */
async function serve(root: string): Promise<void> {
  requireGit();
  const layout = layoutOf(root);
  const address = readAddress(layout);
  if (!address)
    throw new UserError("the port of the embedded GitLab is not reserved", layout.root, "start it by startGitLab", {
      code: "TIM-428",
    });
  const unlock = lockFolder(layout.serverLock);
  const settings = readSettings(layout.settings);
  const store = openStore(layout.state);
  const url = urlOf(settings, address.port);
  const context: Context = {
    store,
    settings,
    layout,
    url,
    locks: new KeyedLock(),
    journal: openJournal(settings.journal ? layout.journal : undefined),
    faults: noFaults(),
    sessions: noSessions(),
    memo: new Map(),
    deliver: hookSender(store, settings, url, log),
    log,
  };
  await seedUsers(store.state, layout, new Date());
  await reconcile(context);
  await store.save();
  const pair = settings.tls ? readPair(layout) : undefined;
  const app = buildServer(context, allRoutes, pair);
  await app.listen({ port: address.port, host: "127.0.0.1" });
  const more = settings.addresses.map((host) => listenToo(app.routing, pair, address.port, host));
  if (settings.tls) renewDaily(layout, settings, [app.server as SecureServer, ...(more as SecureServer[])]);
  log(`listening at ${url}`);
  endWithFolder(layout);
  const end = async () => {
    for (const server of more) {
      server.close();
      server.closeAllConnections();
    }
    await app.close();
    await store.save();
    unlock();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
}

/** Ends the server when its folder is deleted, because no command could find and end it afterwards. */
function endWithFolder(layout: Layout): void {
  const timer = setInterval(() => {
    if (!holds(layout.serverLock)) process.exit(0);
  }, 400);
  timer.unref();
}

function holds(lock: string): boolean {
  try {
    return (JSON.parse(readFileSync(lock, "utf8")) as { pid?: number }).pid === process.pid;
  } catch {
    return false;
  }
}

function readPair(layout: Layout) {
  return { key: readFileSync(layout.key, "utf8"), cert: readFileSync(layout.certificate, "utf8") };
}

/**
 * Listens on one more address with the same handler, as soon as the machine has it: a cluster's
 * bridge is created with the cluster. It keeps listening when the address is removed and added
 * again.
 */
function listenToo(
  handler: ReturnType<typeof buildServer>["routing"],
  pair: { key: string; cert: string } | undefined,
  port: number,
  host: string,
): Server | SecureServer {
  const server = pair ? createHttpsServer(pair, handler) : createHttpServer(handler);
  let said = "";
  server.on("error", (error: NodeJS.ErrnoException) => {
    if (error.message !== said) log(`does not listen at ${host} yet: ${error.message}`);
    said = error.message;
    setTimeout(() => server.listening || server.listen({ port, host }), 500).unref();
  });
  server.on("listening", () => log(`listening at ${host}, too`));
  return server.listen({ port, host });
}

/** A server that runs for a year gets a new certificate without a restart. */
function renewDaily(layout: Layout, settings: GitLabSettings, servers: readonly SecureServer[]): void {
  const timer = setInterval(async () => {
    try {
      if (!(await ensureCertificates(layout, settings.addresses))) return;
      for (const server of servers) server.setSecureContext(readPair(layout));
      log("the server certificate was renewed");
    } catch (error) {
      log(`the server certificate could not be renewed: ${(error as Error).message}`);
    }
  }, 86_400_000);
  timer.unref();
}

serve(resolve(process.argv[2] ?? ".")).catch((error) => {
  log(error instanceof UserError ? error.message : String((error as Error).stack));
  process.exit(1);
});
