import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Http } from "../../../../packages/toolchain/http.js";
import { fetchRelease, findChecksum } from "../../../../packages/toolchain/release-download.js";
import { tempFolder } from "./temp-folder.js";
import { sha256, VendorStandIn } from "./vendor-stand-in.js";

let vendor: VendorStandIn;
let http: Http;
beforeEach(async () => {
  vendor = await new VendorStandIn().start();
  http = new Http();
});
afterEach(async () => {
  await http.close();
  await vendor.stop();
});

const file = () =>
  ({
    kind: "file",
    url: `${vendor.origin}/tool`,
    checksum: { form: "bare", url: `${vendor.origin}/tool.sha256` },
  }) as const;
const onBytes = () => {};

test("a file with the published checksum is taken, and its progress told", async () => {
  // GIVEN
  vendor.answers.set("/tool", { body: "binary" }).set("/tool.sha256", { body: sha256("binary") });
  const told: unknown[] = [];
  // WHEN
  const files = await fetchRelease(file(), ["tool"], {
    http,
    folder: await tempFolder(),
    onBytes: (...bytes) => told.push(bytes),
  });
  // THEN
  expect(await readFile(files.get("tool") ?? "", "utf8")).toBe("binary");
  expect(told).toEqual([[6, 6]]);
});

test("a file with another checksum is refused with both", async () => {
  vendor.answers.set("/tool", { body: "tampered" }).set("/tool.sha256", { body: sha256("binary") });
  const refused = fetchRelease(file(), ["tool"], { http, folder: await tempFolder(), onBytes });
  await expect(refused).rejects.toThrow(`has SHA-256 ${sha256("tampered")}`);
  await expect(refused).rejects.toThrow(`says ${sha256("binary")}`);
});

test("a pinned checksum needs no request, and refuses another file", async () => {
  vendor.answers.set("/tool", { body: "binary" });
  const pinned = (text: string) => ({ ...file(), checksum: { form: "pinned", sha256: sha256(text) } }) as const;
  const download = async () => ({ http, folder: await tempFolder(), onBytes });
  expect((await fetchRelease(pinned("binary"), ["tool"], await download())).size).toBe(1);
  expect(vendor.asked).toEqual(["GET /tool"]);
  await expect(fetchRelease(pinned("other"), ["tool"], await download())).rejects.toThrow(/pinned-checksums.ts says/);
});

test("an answer that breaks off is asked for again, then told with its length", async () => {
  vendor.answers.set("/tool", { body: "bin", length: 6 }).set("/tool.sha256", { body: sha256("binary") });
  await expect(fetchRelease(file(), ["tool"], { http, folder: await tempFolder(), onBytes })).rejects.toThrow(
    /tool ended after 3 of 6 bytes/,
  );
  expect(vendor.asked.filter((each) => each === "GET /tool")).toHaveLength(3);
});

test("a server that fails once is asked again, one that has no such file is not", async () => {
  // GIVEN
  let calls = 0;
  vendor.answers
    .set("/tool.sha256", { body: sha256("binary") })
    .set("/tool", () => (calls++ === 0 ? { status: 503 } : { body: "binary" }));
  // WHEN, THEN
  expect((await fetchRelease(file(), ["tool"], { http, folder: await tempFolder(), onBytes })).size).toBe(1);
  vendor.answers.delete("/tool.sha256");
  await expect(fetchRelease(file(), ["tool"], { http, folder: await tempFolder(), onBytes })).rejects.toThrow(
    /404 \(not published\)/,
  );
  expect(vendor.asked.filter((each) => each.endsWith(".sha256"))).toHaveLength(2);
});

test("only the wanted members of an archive are unpacked", async () => {
  // GIVEN
  const folder = await tempFolder();
  await mkdir(join(folder, "in", "pulumi"), { recursive: true });
  for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-watch"]) {
    await writeFile(join(folder, "in", "pulumi", name), name);
  }
  execFileSync("tar", ["-czf", join(folder, "archive"), "-C", join(folder, "in"), "pulumi"]);
  const archive = await readFile(join(folder, "archive"));
  vendor.answers
    .set("/p.tar.gz", { body: archive })
    .set("/sums", { body: `${sha256("x")}  q.tar.gz\n${sha256(archive)}  p.tar.gz\n` });
  const release = {
    kind: "archive",
    format: "tar.gz",
    url: `${vendor.origin}/p.tar.gz`,
    checksum: { form: "list", url: `${vendor.origin}/sums` },
    member: "",
  } as const;
  // WHEN
  const members = ["pulumi/pulumi", "pulumi/pulumi-language-nodejs"];
  const files = await fetchRelease(release, members, { http, folder, onBytes });
  // THEN
  expect([...files.keys()].sort()).toEqual(members);
  expect(await readFile(files.get("pulumi/pulumi-language-nodejs") ?? "", "utf8")).toBe("pulumi-language-nodejs");
  await expect(fetchRelease(release, ["pulumi/missing"], { http, folder, onBytes })).rejects.toThrow(
    "contains no pulumi/missing",
  );
});

test.each([
  ["list", `${"a".repeat(64)}  other\n${"b".repeat(64)} *tool\n`],
  ["list", `${"b".repeat(64)}  ./tool`],
  ["bare", `${"B".repeat(64)}\n`],
  ["github-asset", JSON.stringify({ assets: [{ name: "tool", digest: `sha256:${"b".repeat(64)}` }] })],
] as const)("finds a checksum in the form %s", (form, text) => {
  expect(findChecksum({ form, url: "u" }, text, "tool")).toBe("b".repeat(64));
});

test.each([
  ["list", `${"a".repeat(64)}  tool.sig`],
  ["bare", "<html>not found</html>"],
  ["github-asset", JSON.stringify({ assets: [{ name: "tool", digest: null }] })],
  ["github-asset", "rate limit"],
] as const)("a missing checksum in the form %s is an error, not a pass", (form, text) => {
  expect(() => findChecksum({ form, url: "https://u" }, text, "tool")).toThrow("https://u contains no SHA-256 of tool");
});

test("a host is asked once in a run whether it answers", async () => {
  expect(await http.unreachable(vendor.origin)).toBeUndefined();
  expect(await http.unreachable(vendor.origin)).toBeUndefined();
  expect(vendor.asked).toEqual(["HEAD /"]);
  const gone = vendor.origin;
  await vendor.stop();
  const fresh = new Http();
  expect(await fresh.unreachable(gone)).toMatch(/does not answer \(.*ECONNREFUSED/);
  await fresh.close();
  vendor = await new VendorStandIn().start();
});

test("a host that accepts and then says nothing costs the connection's time, once", async () => {
  // GIVEN
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const impatient = new Http({}, 150);
  const origin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  // WHEN
  const start = Date.now();
  const verdicts = await Promise.all([impatient.unreachable(origin), impatient.unreachable(origin)]);
  // THEN
  expect(verdicts[0]).toMatch(/does not answer \(no answer in time\)/);
  expect(verdicts[1]).toBe(verdicts[0]);
  expect(Date.now() - start).toBeLessThan(1_000);
  await impatient.close();
  silent.close();
});
