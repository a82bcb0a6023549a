import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { serveGit } from "../gitlab/git/backend.js";

/** Serves the repositories of a folder to whoever runs on this machine, for reading. */
export async function serveRepositories(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const [, name, service] = /^\/([a-z0-9-]+\.git)(\/info\/refs|\/git-upload-pack)$/.exec(path) ?? [];
    if (!name || !service || query.includes("git-receive-pack")) {
      response.writeHead(404).end();
      return;
    }
    serveGit(request, response, {
      repository: join(folder, name),
      service,
      query,
      body: request,
      user: "rehearsal",
    }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
