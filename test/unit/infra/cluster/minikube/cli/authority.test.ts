import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepAuthority, minikubeFolder } from "../../../../../../infra/cluster/minikube/cli/authority.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-minikube-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("minikube's folder is the one that minikube uses", () => {
  expect(minikubeFolder({}, "/home/ada")).toBe("/home/ada/.minikube");
  expect(minikubeFolder({ MINIKUBE_HOME: "/data" })).toBe("/data/.minikube");
  expect(minikubeFolder({ MINIKUBE_HOME: "/data/.minikube" })).toBe("/data/.minikube");
});

test("an authority is stored for one profile, and removed again", async () => {
  await keepAuthority(folder, "team", "PEM");
  expect(readFileSync(join(folder, "certs", "timonier-team.pem"), "utf8")).toBe("PEM");
  await keepAuthority(folder, "team", undefined);
  expect(existsSync(join(folder, "certs", "timonier-team.pem"))).toBe(false);
});
