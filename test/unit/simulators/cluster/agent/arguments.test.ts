import fc from "fast-check";
import { expect, test } from "vitest";
import { knownImage } from "../../../../../packages/control-plane/images.js";
import {
  type Addresses,
  listenPorts,
  rewriteArguments,
  rewriteValue,
} from "../../../../../simulators/cluster/agent/arguments.js";

const addresses: Addresses = {
  containerPort: (port) => port + 20_000,
  servicePort: (namespace, name, port) => {
    if (namespace !== "flux-system") throw new Error(`asked for ${namespace}/${name}`);
    return (name === "source-controller" ? 30_000 : 31_000) + port;
  },
};
const mounts = [
  { mountPath: "/data", hostPath: "/state/data" },
  { mountPath: "/data/cache", hostPath: "/state/cache" },
  { mountPath: "/tmp", hostPath: "/state/tmp" },
];
const source = knownImage("ghcr.io/fluxcd/source-controller:v1.9.4")?.listen ?? [];
const reflector = knownImage("ghcr.io/fluxcd/image-reflector-controller:v1.2.4")?.firstArgs ?? [];
const notification = knownImage("ghcr.io/fluxcd/notification-controller:v1.9.3")?.listen ?? [];

test("rewrites what Flux gives source-controller and adds the addresses that it does not give", () => {
  // GIVEN the arguments of `flux install --export`, expanded
  const args = [
    "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
    "--watch-all-namespaces=true",
    "--log-level=info",
    "--storage-path=/data",
    "--storage-adv-addr=source-controller.flux-system.svc.cluster.local.",
  ];
  // WHEN
  const rewritten = rewriteArguments(args, source, addresses, mounts);
  // THEN
  expect(rewritten).toEqual([
    "--events-addr=http://127.0.0.1:31080/",
    "--watch-all-namespaces=true",
    "--log-level=info",
    "--storage-path=/state/data",
    "--storage-adv-addr=127.0.0.1:30080",
    "--metrics-addr=127.0.0.1:28080",
    "--health-addr=127.0.0.1:29440",
    "--storage-addr=127.0.0.1:29090",
  ]);
});

test("a listening address that is given keeps its port inside the container", () => {
  const args = ["--events-addr", ":9191", "--receiverAddr=0.0.0.0:9393", "--metrics-addr=0"];
  expect(listenPorts(args, notification)).toEqual([9440, 9191, 9393]);
  expect(rewriteArguments(args, notification, addresses, [])).toEqual([
    "--events-addr=127.0.0.1:29191",
    "--receiverAddr=127.0.0.1:29393",
    "--metrics-addr=0",
    "--health-addr=127.0.0.1:29440",
  ]);
});

test.each([
  ["http://notification-controller.flux-system/", "http://notification-controller.flux-system/"],
  ["http://source-controller.flux-system.svc:8080/x?y=z", "http://127.0.0.1:38080/x?y=z"],
  ["https://source-controller.flux-system.svc.cluster.local/x", "https://127.0.0.1:30443/x"],
  ["http://a.flux-system.svc.example.com/", "http://a.flux-system.svc.example.com/"],
  ["/data/cache/index", "/state/cache/index"],
  ["/database", "/database"],
  ["info", "info"],
])("the value %s becomes %s", (value, expected) => {
  expect(rewriteValue(value, addresses, mounts)).toBe(expected);
});

test("arguments without addresses, names or mounted paths stay as they are", () => {
  const word = fc.stringMatching(/^--[a-z][a-z-]{0,12}=[A-Za-z0-9,:_-]{0,20}$/);
  fc.assert(
    fc.property(fc.array(word), (args) => {
      expect(rewriteArguments(args, [], addresses, mounts)).toEqual(args);
    }),
  );
});

test("the folder that image-reflector-controller uses by default is the pod's own", () => {
  expect(rewriteArguments(reflector, [], addresses, mounts)).toEqual(["--storage-path=/state/data"]);
});
