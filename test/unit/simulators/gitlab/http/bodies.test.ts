import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { type BodyPatience, limitBody } from "../../../../../simulators/gitlab/http/bodies.js";

/**
 * What a client hears that sends the headers of a body and never its end; rejects when the server
 * keeps the connection.
 */
async function heard(
  patience: BodyPatience,
  listener: RequestListener,
  begin = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nbody",
) {
  const server = createServer((request, response) => {
    limitBody(request, response, patience);
    listener(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the connection stays open")), 2_000);
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1", () => socket.write(begin));
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(text);
      });
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("GIVEN a body that never ends THEN its connection is ended", async () => {
  expect(await heard({ whole: 30, answered: 1_000_000 }, (request) => request.resume())).toBe("");
});

test("GIVEN an answer before the body was read THEN the client hears it, and is let go soon", async () => {
  const refuse: RequestListener = (_request, response) => void response.writeHead(401).end("no");
  expect(await heard({ whole: 0, answered: 30 }, refuse)).toMatch(/^HTTP\/1.1 401.*no/s);
});

test("GIVEN a chunked body that never ends THEN the same", async () => {
  const begin = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n";
  expect(await heard({ whole: 30, answered: 1_000_000 }, (request) => request.resume(), begin)).toBe("");
});

test("GIVEN an answer before a large body was read THEN little of it is read, and the client hears the answer", async () => {
  let read = 0;
  const server = createServer((request, response) => {
    limitBody(request, response, { whole: 0, answered: 300 });
    response.writeHead(401).end("no");
    response.on("finish", () => request.on("data", (chunk) => (read += chunk.length)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
  socket.write(Buffer.alloc(100_000_000));
  await new Promise((done) => socket.once("close", done));
  server.close();
  expect(text).toMatch(/^HTTP\/1.1 401.*no/s);
  expect(read).toBeGreaterThan(1_000_000);
  expect(read).toBeLessThan(6_000_000);
});
