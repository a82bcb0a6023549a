import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listeners, listeningIn } from "../../../../../packages/rehearsal/engine/listeners.js";

test("sockets that listen are read from the system's table, others are not", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1",
    "   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1",
    "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4713 1",
  ].join("\n");
  expect(listeningIn(table)).toEqual([
    [8080, "4711"],
    [80, "4713"],
  ]);
});

test.runIf(process.platform === "linux")(
  "a program of ours on its port is told from another one, and from none",
  async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const script = "require('net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})";
    const stranger = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void stranger.kill());
    const [text] = (await once(stranger.stdout, "data")) as [Buffer];
    const other = Number(text.toString());
    expect([...listeners([port, other, 1], [process.pid]).values()]).toEqual(["ours", "other", "none"]);
    expect(listeners([other], [stranger.pid ?? 0]).get(other)).toBe("ours");
  },
);
