import { statSync } from "node:fs";
import { expect, test } from "vitest";
import {
  networkEnvironment,
  networkKey,
  storedNetwork,
  storeNetwork,
} from "../../../../../packages/rehearsal/engine/flux-network.js";
import { rehearsalLayout } from "../../../../../packages/rehearsal/engine/rehearsal-layout.js";
import { NOWHERE, offlineInWords } from "../../../../../packages/rehearsal/model/offline.js";
import { folderWith } from "./provided/support.js";

test("gives the controllers proxies and authorities, and never sends what is on this machine through a proxy", () => {
  const env = networkEnvironment(
    {
      https_proxy: "http://p.example.com:3128",
      NO_PROXY: "a.example.com, localhost",
      SSL_CERT_FILE: "/ca.pem",
      OTHER: "x",
    },
    false,
  );
  expect(env).toEqual({
    HTTPS_PROXY: "http://p.example.com:3128",
    https_proxy: "http://p.example.com:3128",
    NO_PROXY: "127.0.0.1,localhost,a.example.com",
    no_proxy: "127.0.0.1,localhost,a.example.com",
    SSL_CERT_FILE: "/ca.pem",
  });
  expect(networkEnvironment({}, false).NO_PROXY).toBe("127.0.0.1,localhost");
});

test("leads every request outside of this machine nowhere when offline, whatever NO_PROXY says", () => {
  const env = networkEnvironment({ HTTPS_PROXY: "http://p.example.com", NO_PROXY: ".example.com" }, true);
  expect([env.HTTP_PROXY, env.https_proxy, env.ALL_PROXY]).toEqual([
    `http://${NOWHERE}`,
    `http://${NOWHERE}`,
    `socks5://${NOWHERE}`,
  ]);
  expect(env.NO_PROXY).toBe("127.0.0.1,localhost");
});

test("keeps what may hold a password for the user alone, and tells networks apart", () => {
  const layout = rehearsalLayout(folderWith({}));
  storeNetwork(layout, { HTTP_PROXY: "http://u:p@h" }, false);
  expect(statSync(layout.network).mode & 0o777).toBe(0o600);
  expect(storedNetwork(layout)).toMatchObject({ HTTP_PROXY: "http://u:p@h" });
  const key = networkKey(layout);
  storeNetwork(layout, {}, false);
  expect(networkKey(layout)).not.toBe(key);
});

test("says in words that a source failed because the rehearsal is offline", () => {
  const failed = (message: string) => offlineInWords({ state: "stalled", reason: "a", message, gap: true });
  expect(failed(`dial tcp ${NOWHERE}: connect: connection refused`)).toMatchObject({
    message: "the rehearsal runs offline, so nothing outside of this machine is read",
  });
  expect(failed(`HelmChart default/a: failed: dial tcp ${NOWHERE}: refused`)).toMatchObject({
    message: "HelmChart default/a: the rehearsal runs offline, so nothing outside of this machine is read",
  });
  expect(failed("no such host")).toMatchObject({ message: "no such host" });
});
