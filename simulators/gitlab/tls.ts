import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { Layout } from "./layout.js";
import { nameConstraints, nameConstraintsId, permits } from "./name-constraints.js";

const dayLength = 86_400_000;
const caLife = 3_650 * dayLength;
const serverLife = 397 * dayLength;
/** A certificate with less life left is renewed. */
const renewWithin = 30 * dayLength;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

type Library = typeof import("@peculiar/x509");

/**
 * Creates the CA and the server's certificate when they are absent, near their end or without one
 * of the addresses. The CA is kept as long as possible, because clients have its file.
 *
 * @param addresses IP addresses beside 127.0.0.1
 * @returns whether anything was created
 */
export async function ensureCertificates(
  layout: Layout,
  addresses: readonly string[],
  now = new Date(),
): Promise<boolean> {
  const ca = await usableCa(layout, addresses, now);
  const names = ["127.0.0.1", "::1", ...addresses];
  if (ca && isServable(layout, ca, names, now)) return false;
  mkdirSync(layout.tls, { recursive: true, mode: 0o700 });
  const x509 = await loadLibrary();
  const caKey = ca ? await readKey(x509, layout.caKey) : await createCa(x509, layout, addresses, now);
  await createServerCertificate(x509, layout, { caKey, names, now });
  return true;
}

/** The CA, if it has its key, lasts and may sign for every address. */
async function usableCa(layout: Layout, addresses: readonly string[], now: Date): Promise<X509Certificate | undefined> {
  const ca = readCertificate(layout.ca);
  if (!ca || !lasts(ca, now) || !existsSync(layout.caKey)) return undefined;
  for (const address of addresses) if (!(await permits(ca, address))) return undefined;
  return ca;
}

/** Whether the server's certificate is signed by the CA, lasts and has every name. */
function isServable(layout: Layout, ca: X509Certificate, names: readonly string[], now: Date): boolean {
  const server = readCertificate(layout.certificate);
  if (!server || !lasts(server, now) || !existsSync(layout.key)) return false;
  if (!server.checkHost("localhost") || !names.every((name) => server.checkIP(name) !== undefined)) return false;
  return server.checkIssued(ca) && server.verify(ca.publicKey);
}

/** Loaded on demand: most starts need no certificate, and the library is large. */
async function loadLibrary(): Promise<Library> {
  // The library's dependency injection looks for decorator metadata.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

async function createCa(x509: Library, layout: Layout, addresses: readonly string[], now: Date) {
  const keys = await createKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=timonier embedded GitLab CA",
    notBefore: new Date(now.getTime() - dayLength),
    notAfter: new Date(now.getTime() + caLife),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(nameConstraintsId, true, await nameConstraints(addresses)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
    ],
  });
  await writeKey(x509, layout.caKey, keys.privateKey);
  await writeFileAtomic(layout.ca, `${ca.toString("pem")}\n`, { mode: 0o644 });
  return keys.privateKey;
}

async function createServerCertificate(
  x509: Library,
  layout: Layout,
  wanted: { readonly caKey: webcrypto.CryptoKey; readonly names: readonly string[]; readonly now: Date },
): Promise<void> {
  const { caKey, names, now } = wanted;
  const issuer = new x509.X509Certificate(readFileSync(layout.ca, "utf8"));
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=localhost",
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - dayLength),
    notAfter: new Date(Math.min(now.getTime() + serverLife, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as never,
    signingKey: caKey as never,
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
  await writeKey(x509, layout.key, keys.privateKey);
  await writeFileAtomic(layout.certificate, `${certificate.toString("pem")}\n`, { mode: 0o644 });
}

const createKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const serialNumber = () => `01${randomBytes(15).toString("hex")}`;

function readKey(x509: Library, file: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(readFileSync(file, "utf8"));
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
}

async function writeKey(x509: Library, file: string, key: webcrypto.CryptoKey): Promise<void> {
  const pem = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
  await writeFileAtomic(file, `${pem}\n`, { mode: 0o600 });
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
