import { BlockList, isIP } from "node:net";

/**
 * Networks that GitLab calls only where its administrator allows it: this machine, private, link-local and shared ones, and
 * everybody at once. Site-local IPv6 (fec0::/10) is no longer given out, and refused all the same.
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
] as const;

/**
 * Whether an address belongs to this machine or to a network that is not the internet; an IPv4 address within an IPv6 one
 * counts as itself. A name is no address: false.
 *
 * @param address without brackets and port, as `URL.hostname` has it (there IPv6 stands in brackets)
 */
export function isLocalAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const [network, bits, version] of networks) list.addSubnet(network, bits, version);
  // A list of IPv4 networks also holds the same addresses written as IPv6 (::ffff:10.0.0.1).
  return list.check(address, family === 4 ? "ipv4" : "ipv6");
}
