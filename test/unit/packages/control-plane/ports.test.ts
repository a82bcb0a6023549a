import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, freePorts, isFree } from "../../../../packages/control-plane/ports.js";

test("ports lie below those that kernels give to outgoing connections", async () => {
  const ports = Object.values(await freePorts(["a", "b", "c", "d"]));
  expect(new Set(ports).size).toBe(4);
  for (const port of ports) expect(port >= 20_000 && port < 32_000).toBe(true);
});

test("a promised port is not given away, and a port with a listener is not free", async () => {
  const all = new Set(Array.from({ length: 12_000 }, (_, index) => 20_000 + index));
  await expect(freePort(all)).rejects.toThrow("no free port between 20000 and 32000 on 127.0.0.1");
  const port = await freePort(new Set());
  expect(await isFree(port)).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    expect(await isFree(port)).toBe(false);
  } finally {
    server.close();
  }
});
