import { expect, test } from "vitest";
import { judgeEngine } from "../../../../../infra/cluster/minikube/docker-host.js";

const engine = { driver: "docker", platform: "linux", system: "Ubuntu 24.04", rootless: false, ownAddress: "10.0.0.7" };
type Facts = Parameters<typeof judgeEngine>[0];

test.each<[string, Partial<Facts>, RegExp | undefined]>([
  ["Docker Engine on Linux, also in WSL 2", {}, undefined],
  ["Docker Desktop on Linux and in WSL 2", { system: "Docker Desktop" }, /Docker Desktop runs in a virtual machine/],
  ["Docker on a Mac", { platform: "darwin", system: "Docker Desktop" }, /docker runs in a virtual machine here/],
  ["rootless Docker", { rootless: true }, /docker runs without root/],
  ["Podman as root", { driver: "podman", system: undefined }, undefined],
  ["rootless Podman", { driver: "podman", system: undefined, rootless: true }, /podman runs without root/],
  ["Podman's machine", { driver: "podman", platform: "darwin", system: undefined }, /virtual machine here/],
  ["an engine that does not answer", { system: undefined }, undefined],
  ["a driver without containers", { driver: "vfkit", platform: "darwin" }, undefined],
])("whether pods reach this machine by the bridge: %s", (_, over, words) => {
  const found = judgeEngine({ ...(engine as Facts), ...over });
  if (words === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ level: "fatal", message: expect.stringMatching(words) });
});

test("the fix names this machine's own address, if it has one", () => {
  const refused = { ...(engine as Facts), rootless: true };
  expect(judgeEngine(refused)?.fix).toContain("gitlabAddress 10.0.0.7");
  expect(judgeEngine({ ...refused, ownAddress: undefined })?.fix).not.toContain("gitlabAddress");
});
