import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { UserError } from "../../../../../packages/kit/user-error.js";
import { serveRepositories } from "../../../../../packages/rehearsal/engine/git-server.js";

test("GIVEN a port that another program uses WHEN repositories are served THEN the error says which and what to do", async () => {
  const other = await serveRepositories("/nonexistent", 0, () => {});
  const { port } = other.address() as AddressInfo;
  try {
    const failing = serveRepositories("/nonexistent", port, () => {});
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toMatchObject({ where: `127.0.0.1:${port}`, fix: expect.stringContaining("--stop") });
  } finally {
    other.close();
  }
});
