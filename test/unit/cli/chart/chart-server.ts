import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveRepositories } from "../../../../packages/rehearsal/engine/git-server.js";
import { readContent } from "../../../../packages/rehearsal/engine/provided/content.js";
import { serveProvided } from "../../../../packages/rehearsal/engine/provided/registry-server.js";

/**
 * A chart repository below /charts/s0, an OCI registry whose charts are below h/s0, and Git
 * repositories at /NAME.git.
 */
export interface ChartServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Requests that were answered: `GET /charts/s0/index.yaml`. */
  readonly requests: string[];
  /** Answers a request instead of the server where it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Reads the charts of the folder again. */
  read(): Promise<void>;
  close(): void;
}

/**
 * Serves the charts of a folder, and the bare Git repositories in it. Flux's source-controller reads
 * the same server in rehearsals.
 */
export async function serveCharts(folder: string): Promise<ChartServer> {
  const read = async () => ({
    ...{ source: "test/charts", id: "s0", path: folder, content: await readContent(folder, false) },
  });
  let content = await read();
  const http = await serveRepositories(folder, 0, (request, response) => {
    server.requests.push(`${request.method} ${request.url}`);
    if (!server.intercept(request, response)) serveProvided([content], request, response);
  });
  const server: ChartServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    intercept: () => false,
    read: async () => {
      content = await read();
    },
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
  return server;
}
