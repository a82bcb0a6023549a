import { expect, test } from "vitest";
import { isFull, lastWords } from "../../../../simulators/cluster/last-words.js";

const crash = [
  '{"level":"info","msg":"starting"}',
  '{"level":"panic","msg":"failed to write WAL","error":"write wal: no space left on device"}',
  "panic: failed to write WAL",
  "",
  "goroutine 1 [running]:",
  "main.main()",
  "\tgo.etcd.io/etcd/server/v3/main.go:31 +0x28",
].join("\n");

test("a crash is told by what it said before its trace", () => {
  expect(lastWords(crash)).toMatch(/panic: failed to write WAL$/);
  expect(lastWords(crash)).not.toMatch(/goroutine|main\.go/);
});

test("without a crash the last lines are the last words", () => {
  expect(lastWords("one\ntwo\nthree\nfour\n")).toBe("two\n    three\n    four");
});

test("a full disk is told from any other end", () => {
  expect(isFull(crash)).toBe(true);
  expect(isFull("bind: address already in use")).toBe(false);
});
