import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "../../../../embedded/gitlab/layout.js";
import { ensureCertificates } from "../../../../embedded/gitlab/tls.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string) => new X509Certificate(readFileSync(file));

test("makes a CA and a certificate for this machine, once", async () => {
  const layout = layoutOf(folder);
  expect(await ensureCertificates(layout, [])).toBe(true);
  expect(await ensureCertificates(layout, [])).toBe(false);
  const [ca, server] = [read(layout.ca), read(layout.certificate)];
  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect(server.checkIssued(ca) && server.verify(ca.publicKey)).toBe(true);
  expect([server.checkHost("localhost"), server.checkIP("127.0.0.1"), server.checkIP("10.0.0.1")]).toEqual([
    "localhost",
    "127.0.0.1",
    undefined,
  ]);
  expect([layout.caKey, layout.key, layout.ca].map((file) => statSync(file).mode & 0o777)).toEqual([
    0o600, 0o600, 0o644,
  ]);
});

test("a new address or a near end renews the certificate under the same CA, which clients keep", async () => {
  const layout = layoutOf(folder);
  await ensureCertificates(layout, []);
  const ca = readFileSync(layout.ca, "utf8");
  expect(await ensureCertificates(layout, ["172.18.0.1"])).toBe(true);
  expect(read(layout.certificate).checkIP("172.18.0.1")).toBe("172.18.0.1");
  const nearEnd = new Date(Date.parse(read(layout.certificate).validTo) - 86_400_000);
  expect(await ensureCertificates(layout, ["172.18.0.1"], nearEnd)).toBe(true);
  expect(Date.parse(read(layout.certificate).validTo)).toBeGreaterThan(nearEnd.getTime() + 300 * 86_400_000);
  expect(readFileSync(layout.ca, "utf8")).toBe(ca);
  expect(read(layout.certificate).verify(read(layout.ca).publicKey)).toBe(true);
});
