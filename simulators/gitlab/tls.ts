import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { Layout } from "./layout.js";
import { nameConstraints, permits } from "./name-constraints.js";

const dayLength = 86_400_000;
const caLife = 3_650 * dayLength;
const serverLife = 397 * dayLength;
/** A certificate with less life left is made anew. */
const renewWithin = 30 * dayLength;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * Makes the CA and the server's certificate if they are absent, near their end or without one of the addresses. The CA stays
 * as long as it can: clients keep its file.
 *
 * @param addresses IP addresses beside 127.0.0.1
 * @returns whether anything was made
 */
export async function ensureCertificates(
  layout: Layout,
  addresses: readonly string[],
  now = new Date(),
): Promise<boolean> {
  const ca = readCertificate(layout.ca);
  const server = readCertificate(layout.certificate);
  const names = ["127.0.0.1", "::1", ...addresses];
  const caGood =
    ca !== undefined &&
    lasts(ca, now) &&
    existsSync(layout.caKey) &&
    addresses.every((address) => permits(ca, address));
  const served = server !== undefined && lasts(server, now) && existsSync(layout.key);
  const named =
    served && names.every((name) => server.checkIP(name) !== undefined) && server.checkHost("localhost") !== undefined;
  if (caGood && named && server.checkIssued(ca) && server.verify(ca.publicKey)) return false;
  mkdirSync(layout.tls, { recursive: true, mode: 0o700 });
  // Loaded only here: most starts need no certificate, and the library is large.
  // The library's dependency injection looks for decorator metadata.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const serialNumber = () => `01${randomBytes(15).toString("hex")}`;
  const begins = new Date(now.getTime() - dayLength);

  let caKeys: { privateKey: webcrypto.CryptoKey; publicKey?: webcrypto.CryptoKey };
  if (caGood) {
    const der = x509.PemConverter.decodeFirst(readFileSync(layout.caKey, "utf8"));
    caKeys = { privateKey: await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]) };
  } else {
    const keys = await makeKeys();
    caKeys = keys;
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: "CN=timonier embedded GitLab CA",
      notBefore: begins,
      notAfter: new Date(now.getTime() + caLife),
      signingAlgorithm: algorithm,
      keys: keys as never,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.Extension("2.5.29.30", true, new Uint8Array(nameConstraints(addresses))),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
      ],
    });
    await writeKey(layout.caKey, keys.privateKey);
    await writeFileAtomic(layout.ca, `${made.toString("pem")}\n`, { mode: 0o644 });
  }
  const issuer = new x509.X509Certificate(readFileSync(layout.ca, "utf8"));
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=localhost",
    issuer: issuer.subject,
    notBefore: begins,
    notAfter: new Date(Math.min(now.getTime() + serverLife, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as never,
    signingKey: caKeys.privateKey as never,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        ...names.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey as never),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
    ],
  });
  await writeKey(layout.key, keys.privateKey);
  await writeFileAtomic(layout.certificate, `${certificate.toString("pem")}\n`, { mode: 0o644 });
  return true;

  async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
    const pem = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
    await writeFileAtomic(file, `${pem}\n`, { mode: 0o600 });
  }
}

function readCertificate(file: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    return undefined;
  }
}

function lasts(certificate: X509Certificate, now: Date): boolean {
  return Date.parse(certificate.validTo) - now.getTime() > renewWithin;
}
