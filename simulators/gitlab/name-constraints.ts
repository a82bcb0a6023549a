import type { X509Certificate } from "node:crypto";
import { BlockList, isIP } from "node:net";

/** Networks that are no part of the internet: this machine's and those of local clusters. */
const privateNetworks = [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const;

/** Identifier of the extension, as certificates hold it. */
const identifier = Buffer.from("0603551d1e", "hex");

/**
 * What the CA may sign for, as the value of its extension: localhost and addresses that are no part of the internet. With a stolen
 * key, a server cannot pretend to be a public site to clients that trust the CA.
 *
 * @param addresses more IP addresses
 * @see https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.10
 */
export function nameConstraints(addresses: readonly string[]): Buffer {
  const networks = privateNetworks.map(([address, bits]) => subtree(address, bits));
  const single = addresses.filter((address) => !isPrivate(address)).map((address) => subtree(address));
  const permitted = [element(0x30, element(0x82, Buffer.from("localhost"))), ...networks, ...single];
  return element(0x30, element(0xa0, Buffer.concat(permitted)));
}

/** Whether a CA may sign for an address; one without constraints, made by an older version, may sign for any. */
export function permits(ca: X509Certificate, address: string): boolean {
  return isPrivate(address) || !ca.raw.includes(identifier) || ca.raw.includes(subtree(address));
}

function isPrivate(address: string): boolean {
  const list = new BlockList();
  for (const [network, bits] of privateNetworks) list.addSubnet(network, bits, isIP(network) === 4 ? "ipv4" : "ipv6");
  return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

/** A network as a GeneralSubtree: the address and its mask. @param bits of the mask @default all */
function subtree(address: string, bits?: number): Buffer {
  const bytes = addressBytes(address);
  const length = bits ?? bytes.length * 8;
  const mask = bytes.map((_byte, index) => 255 & ~(255 >> Math.min(8, Math.max(0, length - index * 8))));
  return element(0x30, element(0x87, Buffer.from([...bytes, ...mask])));
}

function addressBytes(address: string): number[] {
  if (isIP(address) === 4) return address.split(".").map(Number);
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => text.split(":").filter(Boolean);
  const end = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - groups(head).length - end.length }, () => "0");
  return [...groups(head), ...zeros, ...end]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((n) => [n >> 8, n & 255]);
}

/** One element of DER; contents below 64 KiB. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
