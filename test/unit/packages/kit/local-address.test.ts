import { expect, test } from "vitest";
import { isLocalAddress } from "../../../../packages/kit/local-address.js";

test.each([
  ...["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"],
  ...["100.64.0.1", "100.127.255.255", "255.255.255.255"],
  ...["::", "::1", "fd00::1", "fe80::1", "febf::1", "fec0::1"],
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:100.64.0.1"],
])("%s is local", (address) => expect(isLocalAddress(address)).toBe(true));

test.each([
  "1.1.1.1",
  "172.32.0.1",
  "100.63.255.255",
  "100.128.0.0",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "flux.internal",
])("%s is not local", (address) => expect(isLocalAddress(address)).toBe(false));
