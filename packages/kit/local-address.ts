import { BlockList, isIP } from "node:net";

/**
 * Networks that GitLab calls only where its administrator allows it: loopback, private, link-local,
 * shared and broadcast addresses. Site-local IPv6 addresses (fec0::/10) are obsolete and rejected
 * too.
 *
 * @see https://docs.gitlab.com/security/webhooks/ and lib/gitlab/http_v2/url_blocker.rb of GitLab
 */
const networks = [
  ["0.0.0.0", 8, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["255.255.255.255", 32, "ipv4"],
  ["::", 128, "ipv6"],
  ["::1", 128, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fec0::", 10, "ipv6"],
  // Local-use NAT64 (RFC 8215): only the local network knows its targets.
  ["64:ff9b:1::", 48, "ipv6"],
] as const;

/**
 * Networks whose IPv6 addresses contain the IPv4 address of a gateway's target, with the index of
 * its first group: NAT64 (RFC 6052), 6to4 (RFC 3056) and IPv4-compatible addresses (RFC 4291).
 */
const gateways = [
  ["64:ff9b::", 96, 6],
  ["2002::", 16, 1],
  ["::", 96, 6],
] as const;

/**
 * Whether an address belongs to this machine or to a network that is not the internet. An IPv4
 * address inside an IPv6 address is checked too. False for a host name.
 *
 * @param address without brackets and port
 */
export function isLocalAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const [network, bits, version] of networks) list.addSubnet(network, bits, version);
  const within = family === 6 ? carriedAddress(address) : undefined;
  if (within !== undefined && isLocalAddress(within)) return true;
  // A list of IPv4 networks also matches the addresses in IPv6 form (::ffff:10.0.0.1).
  return list.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** IPv4 address that a gateway would connect to for an IPv6 address; undefined where it contains none. */
function carriedAddress(address: string): string | undefined {
  const gateway = gateways.find(([network, bits]) => {
    const list = new BlockList();
    list.addSubnet(network, bits, "ipv6");
    return list.check(address, "ipv6");
  });
  if (!gateway) return undefined;
  const [head = "", tail] = new URL(`http://[${address.split("%")[0]}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => text.split(":").filter(Boolean);
  const end = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - groups(head).length - end.length }, () => "0");
  const [high = 0, low = 0] = [...groups(head), ...zeros, ...end]
    .slice(gateway[2], gateway[2] + 2)
    .map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
