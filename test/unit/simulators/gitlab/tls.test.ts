import "reflect-metadata";
import { webcrypto, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import * as x509 from "@peculiar/x509";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "../../../../simulators/gitlab/layout.js";
import { ensureCertificates } from "../../../../simulators/gitlab/tls.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
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

/** What a client that trusts the CA says of the server's certificate; undefined when it is content. */
async function verdict(layout: ReturnType<typeof layoutOf>, servername: string): Promise<string | undefined> {
  const [key, cert, ca] = [layout.key, layout.certificate, layout.ca].map((file) => readFileSync(file));
  const server = createServer({ key, cert }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const options = { host: "127.0.0.1", port, ca, servername, checkServerIdentity: () => undefined };
    return await new Promise((resolve) => {
      const socket = connect(options as never, () => socket.end(() => resolve(undefined)));
      socket.on("error", (error: Error) => resolve(error.message));
    });
  } finally {
    server.close();
  }
}

test("a CA signs for this machine and local networks alone, and a client refuses what else it signed", async () => {
  const layout = layoutOf(folder);
  await ensureCertificates(layout, ["172.18.0.1", "fd00::1"]);
  expect(await verdict(layout, "localhost")).toBeUndefined();
  const first = readFileSync(layout.ca, "utf8");
  // WHEN a public address comes to the settings THEN there is a CA that may sign for it
  await ensureCertificates(layout, ["192.0.2.1"]);
  expect(readFileSync(layout.ca, "utf8")).not.toBe(first);
  expect(await verdict(layout, "localhost")).toBeUndefined();
  const second = readFileSync(layout.ca, "utf8");
  await ensureCertificates(layout, ["192.0.2.1", "10.0.0.1"]);
  expect(readFileSync(layout.ca, "utf8")).toBe(second);
  // WHEN the CA's key signs for an address that the CA may not
  await signFor(layout, "198.51.100.1");
  expect(await verdict(layout, "localhost")).toMatch(/permitted subtree violation/);
});

/** Replaces the server's certificate by one for an address, signed by the CA's key. */
async function signFor(layout: ReturnType<typeof layoutOf>, address: string): Promise<void> {
  const issuer = new x509.X509Certificate(readFileSync(layout.ca, "utf8"));
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const der = x509.PemConverter.decodeFirst(readFileSync(layout.caKey, "utf8"));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject: "CN=localhost",
    issuer: issuer.subject,
    notBefore: issuer.notBefore,
    notAfter: issuer.notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as never,
    signingKey: (await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"])) as never,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: address }])],
  });
  writeFileSync(layout.certificate, certificate.toString("pem"));
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  writeFileSync(layout.key, x509.PemConverter.encode(key, "PRIVATE KEY"));
}
