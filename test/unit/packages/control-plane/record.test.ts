import { expect, test } from "vitest";
import { clusterLayout } from "../../../../packages/control-plane/layout.js";
import { checkCertificate } from "../../../../packages/control-plane/record.js";

/** Valid from 2026-01-02 to 2027-01-02. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBHjCBxaADAgECAhEA3qvyaw1ib0cn0RyVgqu4YjAKBggqhkjOPQQDAjAPMQ0w
CwYDVQQDEwR0ZXN0MB4XDTI2MDEwMjAwMDAwMFoXDTI3MDEwMjAwMDAwMFowDzEN
MAsGA1UEAxMEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJVBx5MDxu54
59hWGARjcMgND4HR8atYfSnYsD0kkHWugC4m2YyxOVVWYf3R/muLnilgQ+12jwtB
ObX+2IiXdu2jAjAAMAoGCCqGSM49BAMCA0gAMEUCIQCvIRYUVM/vm0VdoGi7bd0/
76RyJtamRdVgoqV9NMk7FwIgBAd6hVKxpwag1agVEkBlCNpppeKVIWkeqM9ig1po
VXg=
-----END CERTIFICATE-----`;
const check = (time: string) => () => checkCertificate(clusterLayout("/c"), certificate, Date.parse(time));

test("a cluster whose certificates are not valid on this machine's clock says so, and what helps", () => {
  expect(check("2026-06-01T00:00:00Z")).not.toThrow();
  expect(check("2025-12-31T00:00:00Z")).toThrow(
    /are not valid yet: it is 2025-12-31T.*\n.*admin\.crt\n.*set the machine's clock/,
  );
  expect(check("2027-02-01T00:00:00Z")).toThrow(/have expired: it is 2027-02-01T/);
});
