import type { X509Certificate } from "node:crypto";
import { BlockList, isIP } from "node:net";

/** Networks that are not part of the internet: this machine's and those of local clusters. */
const privateNetworks = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/** Identifier of the extension. */
export const nameConstraintsId = "2.5.29.30";

/**
 * The value of a CA's name constraints: it may sign for localhost, for private networks and for the
 * given addresses. With a stolen key, a server cannot pretend to be a public site to clients that
 * trust the CA.
 *
 * @param addresses more IP addresses
 * @see https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.10
 */
export async function nameConstraints(addresses: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { AsnConvert, GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } = await loadAsn1();
  const networks = [...privateNetworks, ...addresses.filter((address) => !isPrivate(address)).map(singleAddress)];
  const names = [{ dNSName: "localhost" }, ...networks.map((iPAddress) => ({ iPAddress }))];
  const permitted = names.map((name) => new GeneralSubtree({ base: new GeneralName(name) }));
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  return new Uint8Array(AsnConvert.serialize(constraints));
}

/**
 * Whether a CA may sign for an address. A CA without constraints, made by an older version, may
 * sign for any address.
 */
export async function permits(ca: X509Certificate, address: string): Promise<boolean> {
  if (isPrivate(address)) return true;
  const { AsnConvert, Certificate, NameConstraints } = await loadAsn1();
  const { extensions } = AsnConvert.parse(ca.raw, Certificate).tbsCertificate;
  const extension = extensions?.find(({ extnID }) => extnID === nameConstraintsId);
  if (!extension) return true;
  const { permittedSubtrees } = AsnConvert.parse(extension.extnValue, NameConstraints);
  return includes(permittedSubtrees?.flatMap(({ base }) => base.iPAddress ?? []) ?? [], address);
}

/** Loaded on demand: most starts need no new certificate, and no address outside of private networks. */
async function loadAsn1() {
  const [schema, x509] = await Promise.all([import("@peculiar/asn1-schema"), import("@peculiar/asn1-x509")]);
  return { ...schema, ...x509 };
}

function isPrivate(address: string): boolean {
  return includes(privateNetworks, address);
}

function includes(networks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [start = "", bits] = network.split("/");
    list.addSubnet(start, Number(bits), family(start));
  }
  return list.check(address, family(address));
}

/** An address as a network of one. */
function singleAddress(address: string): string {
  return isIP(address) === 4 ? `${address}/32` : `${new URL(`http://[${address}]`).hostname.slice(1, -1)}/128`;
}

const family = (address: string) => (isIP(address) === 4 ? "ipv4" : "ipv6");
