import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { serveGit } from "@timonier/kit/git-http-backend";
import { UserError } from "@timonier/kit/user-error";

/**
 * Serves the repositories of a folder, read-only, to programs on this machine.
 *
 * @param others handles all other requests
 * @throws UserError for a port in use
 */
export async function serveRepositories(
  folder: string,
  port: number,
  others: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const [, name, service] = /^\/([a-z0-9-]+\.git)(\/info\/refs|\/git-upload-pack)$/.exec(path) ?? [];
    if (!name || !service || query.includes("git-receive-pack")) {
      others(request, response);
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
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? taken(port, error) : error),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

/** The port is chosen when the rehearsal cluster is created, so another program may have taken it since. */
function taken(port: number, cause: Error): UserError {
  return new UserError(
    "another program uses the port of the rehearsal's Git server",
    `127.0.0.1:${port}`,
    "end that program, or run the command with --stop and then again: that chooses other ports",
    { code: "TIM-607", cause },
  );
}
