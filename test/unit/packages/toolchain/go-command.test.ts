import { join } from "node:path";
import { expect, test } from "vitest";
import { Go, goEnvironment } from "../../../../packages/toolchain/go-command.js";
import { script, tempFolder } from "./temp-folder.js";

const linux = { os: "linux", arch: "amd64" } as const;

test("the user's Go settings stay, the pins' own are set", () => {
  // GIVEN
  const user = { HOME: "/home/me", GOPROXY: "https://proxy.example", GOOS: "windows", GOWORK: "/w", CGO_ENABLED: "1" };
  // WHEN
  const env = goEnvironment(user, linux, "/cache");
  // THEN
  expect(env).toEqual({
    HOME: "/home/me",
    GOPROXY: "https://proxy.example",
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    GOARCH: "amd64",
    GOFLAGS: "-mod=readonly",
    GOOS: "linux",
    GOWORK: "off",
  });
});

test.each([
  ["-modcacherw -p=1 -mod=vendor", "-modcacherw -p=1 -mod=readonly"],
  ["-mod=mod --tags=x -race -buildvcs=false", "-buildvcs=false -mod=readonly"],
  [`'-ldflags=-X a=b' "-gcflags=all=-N -l" -v`, "-v -mod=readonly"],
])("of GOFLAGS %s stays what does not change the result", (given, kept) => {
  expect(goEnvironment({ HOME: "/h", GOFLAGS: given }, linux, "/cache").GOFLAGS).toBe(kept);
});

test("without a home folder Go's caches lie in ours, unless the user says where", () => {
  expect(goEnvironment({}, linux, "/cache")).toMatchObject({ GOCACHE: "/cache/go-build", GOPATH: "/cache/go" });
  expect(goEnvironment({ GOPATH: "/p" }, linux, "/cache")).toMatchObject({ GOPATH: "/p" });
});

test.each([
  ["go1.26.8", "local", undefined],
  ["go1.26.0", "auto", undefined],
  ["go1.21", "auto", undefined],
  ["go1.20.14", "", /Go 1.20.14 is too old: Go 1.21.0 or newer/],
  ["go1.24.1", "local", /older than 1.26.0, and GOTOOLCHAIN=local/],
  ["devel go1.27-abcdef", "local", /too old/],
])("%s with GOTOOLCHAIN=%s", async (version, toolchain, unfit) => {
  const folder = await tempFolder();
  await script(join(folder, "go"), `echo '${version}'`, `echo '${toolchain}'`);
  const said = await new Go({ PATH: folder }).unfit("1.26.0");
  if (unfit) expect(said).toMatch(unfit);
  else expect(said).toBeUndefined();
});

test("no Go on PATH is said", async () => {
  expect(await new Go({ PATH: await tempFolder() }).unfit("1.26.0")).toBe("Go is not on PATH");
});

test("a failed build is told in go's last words, progress by package and module", async () => {
  // GIVEN
  const folder = await tempFolder();
  const lines = ["go: downloading example.com/a v1.0.0", "example.com/a/b", "internal/cpu", "a.go:1:2: no such thing"];
  await script(join(folder, "go"), ...lines.map((line) => `echo '${line}' >&2`), "exit 1");
  const told: string[] = [];
  // WHEN
  const failing = new Go({ PATH: folder }).run(["install"], folder, {}, (kind, name) => told.push(`${kind} ${name}`));
  // THEN
  await expect(failing).rejects.toThrow("go install failed: a.go:1:2: no such thing");
  expect(told).toEqual(["downloading example.com/a", "compiled example.com/a/b", "compiled internal/cpu"]);
});
