import { expect, test } from "vitest";
import { fastImportStream } from "../../../../../simulators/gitlab/git/commit.js";

const person = { name: "A <b>\nc", email: "a@b>" };

test("writes one commit with every change", () => {
  const stream = fastImportStream(
    "refs/timonier/x",
    {
      branch: "main",
      parent: "p",
      expected: "p",
      message: "añade",
      author: person,
      committer: person,
      changes: [
        { kind: "write", path: 'a "b"\\c', content: Buffer.from("hi\n"), executable: true },
        { kind: "move", from: "old", path: "new" },
        { kind: "mode", path: "run", blob: "beef", executable: false },
        { kind: "delete", path: "gone" },
      ],
    },
    7,
  ).toString();
  expect(stream.split("\n")).toEqual([
    "feature done",
    "commit refs/timonier/x",
    "mark :1",
    "author A bc <a@b> 7 +0000",
    "committer A bc <a@b> 7 +0000",
    "data 6",
    "añade",
    "from p",
    'M 100755 inline "a \\"b\\"\\\\c"',
    "data 3",
    "hi",
    "",
    'R "old" "new"',
    'M 100644 beef "run"',
    'D "gone"',
    "",
    "get-mark :1",
    "done",
    "",
  ]);
});
