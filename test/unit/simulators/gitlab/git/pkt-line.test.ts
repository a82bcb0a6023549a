import fc from "fast-check";
import { expect, test } from "vitest";
import { messagePackets, parseHeader, readPushHeader } from "../../../../../simulators/gitlab/git/pkt-line.js";

const [before, after] = ["0".repeat(40), "a".repeat(40)];
const pkt = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
const header = `${pkt(`${before} ${after} refs/heads/main\0report-status atomic`)}${pkt(`${after} ${before} refs/heads/x\n`)}0000`;
const changes = [
  { before, after, ref: "refs/heads/main" },
  { before: after, after: before, ref: "refs/heads/x" },
];

async function* chunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

test("reads the commands however the network cuts them, and hands all bytes on", async () => {
  const bytes = Buffer.from(`${header}PACK\0\x01binary`, "latin1");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 })), async (sizes) => {
      const stream = chunks(bytes, sizes);
      const read = await readPushHeader(stream);
      const rest: Buffer[] = [];
      for await (const chunk of stream) rest.push(chunk);
      expect(read.changes).toEqual(changes);
      expect(Buffer.concat([read.bytes, ...rest])).toEqual(bytes);
    }),
  );
});

test("takes git's empty probe as a push of nothing", async () => {
  expect((await readPushHeader(chunks(Buffer.from("0000"), []))).changes).toEqual([]);
});

test("waits for what has not come", () => {
  expect(parseHeader(Buffer.from(header.slice(0, 50)))).toBeUndefined();
});

test.each(["zzzz", "0003", `${pkt("hello")}0000`])("refuses %j", (text) => {
  expect(() => parseHeader(Buffer.from(text))).toThrow(RangeError);
});

test("refuses a push that breaks off", async () => {
  await expect(readPushHeader(chunks(Buffer.from(header.slice(0, 50)), []))).rejects.toThrow(RangeError);
});

test("options of a push stand behind its commands, and are waited for", () => {
  const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
  const command = `${before} ${after} refs/heads/x\0report-status side-band-64k push-options agent=git/2`;
  const commands = `${packet(command)}0000`;
  expect(parseHeader(Buffer.from(commands))).toBeUndefined();
  const whole = `${commands}${packet("merge_request.create\n")}${packet("ci.skip\n")}0000PACK`;
  expect(parseHeader(Buffer.from(whole))).toMatchObject({
    changes: [{ ref: "refs/heads/x" }],
    options: ["merge_request.create", "ci.skip"],
    sideBand: true,
  });
});

test("a message is cut into packets of the second band", () => {
  expect(messagePackets("hello").toString()).toBe("000a\x02hello");
  expect(messagePackets("x".repeat(60_001)).length).toBe(60_001 + 10);
  expect(messagePackets("").length).toBe(0);
});
