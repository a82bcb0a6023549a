import { expect, test } from "vitest";
import { diskError } from "../../../../cli/stack/disk-error.js";

test("a full disk is an error that the user can fix, with the path of the file", () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    path: "/state/x",
  });
  expect(diskError(error)).toMatchObject({ what: "the disk is full", where: "/state/x" });
});

test("anything else stays a fault of our own", () => {
  expect(diskError(Object.assign(new Error("gone"), { code: "ENOENT" }))).toBeUndefined();
  expect(diskError(new TypeError("x"))).toBeUndefined();
  expect(diskError("ENOSPC")).toBeUndefined();
});
