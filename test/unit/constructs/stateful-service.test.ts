import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { StatefulService, type StatefulServiceProps } from "../../../constructs/stateful-service.js";

const image = "docker.io/valkey/valkey:8.1.3";
const volume = { size: "10Gi", mountPath: "/data" };
type Props = Partial<Record<keyof StatefulServiceProps, unknown>>;

function synth(props: Props = {}) {
  const chart = new Chart(new App(), "apps");
  new StatefulService(chart, "cache", { image, port: 6379, volume, ...props } as StatefulServiceProps);
  return Testing.synth(chart);
}

const specOf = (props: Props) => synth(props)[0].spec;
const selector = { "app.kubernetes.io/name": "cache", "app.kubernetes.io/component": "stateful-service" };

test("renders a StatefulSet with a volume and its headless Service, and nothing else", () => {
  expect(synth()).toEqual([
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "cache", labels: selector },
      spec: {
        serviceName: "cache",
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: {
            automountServiceAccountToken: false,
            securityContext: {
              runAsNonRoot: true,
              fsGroup: 1000,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "cache",
                image,
                ports: [{ name: "tcp", containerPort: 6379 }],
                resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                readinessProbe: { tcpSocket: { port: "tcp" } },
                volumeMounts: [
                  { name: "data", mountPath: "/data" },
                  { name: "writable-0", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [{ name: "writable-0", emptyDir: {} }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels: selector },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "cache", labels: selector },
      spec: { clusterIP: "None", selector, ports: [{ name: "tcp", port: 6379, targetPort: "tcp" }] },
    },
  ]);
});

test("from 2 replicas the pods are spread over hosts, and one of them at a time may be evicted", () => {
  const [set, , budget] = synth({ replicas: 3 });
  expect(set.spec.template.spec.topologySpreadConstraints).toMatchObject([{ topologyKey: "kubernetes.io/hostname" }]);
  expect(budget).toMatchObject({ kind: "PodDisruptionBudget", spec: { maxUnavailable: 1 } });
  const without = synth({ replicas: 3, disruptionBudget: false, topologySpread: false });
  expect(without.map(({ kind }) => kind)).toEqual(["StatefulSet", "Service"]);
});

test("the volume's name, class and access mode can be changed", () => {
  const spec = specOf({
    volume: { ...volume, name: "store", storageClassName: "fast", accessMode: "ReadWriteOncePod" },
  });
  expect(spec.volumeClaimTemplates).toMatchObject([
    { metadata: { name: "store" }, spec: { accessModes: ["ReadWriteOncePod"], storageClassName: "fast" } },
  ]);
  expect(spec.template.spec.containers[0].volumeMounts[0]).toEqual({ name: "store", mountPath: "/data" });
});

test("labels of a team are not in the claim template, which Kubernetes does not let change", () => {
  const spec = specOf({ labels: { team: "shop" } });
  expect(spec.template.metadata.labels).toEqual({ team: "shop", ...selector });
  expect(spec.volumeClaimTemplates[0].metadata.labels).toEqual(selector);
});

test("the group of the volume can be changed", () => {
  expect(specOf({ security: { fsGroup: 70 } }).template.spec.securityContext.fsGroup).toBe(70);
  expect(specOf({ security: { runAsUser: 70 } }).template.spec.securityContext).toMatchObject({
    runAsUser: 70,
    fsGroup: 1000,
  });
});

test("the readiness probe can be changed or switched off", () => {
  const container = (props: Props) => specOf(props).template.spec.containers[0];
  expect(container({ readiness: { period: Duration.seconds(2) } }).readinessProbe).toEqual({
    tcpSocket: { port: "tcp" },
    periodSeconds: 2,
  });
  expect(container({ readiness: false })).not.toHaveProperty("readinessProbe");
});

test("pods can have their names in DNS before they are ready", () => {
  expect(synth({ publishNotReadyAddresses: true })[1].spec.publishNotReadyAddresses).toBe(true);
});

test.each([
  ["name", "a".repeat(53), /name: expected at most 52/],
  ["image", "valkey", /image: expected an image with its tag/],
  ["replicas", -1, /replicas: expected/],
  ["port", undefined, /port: expected a whole number from 1 to 65535, got nothing/],
  ["volume", undefined, /volume: expected an object with fields, got nothing/],
  ["volume", { mountPath: "/data" }, /volume\.size: expected an amount of bytes such as .* got nothing/],
  ["volume", { ...volume, size: "10 GB" }, /volume\.size: expected an amount of bytes/],
  ["volume", { size: "1Gi" }, /volume\.mountPath: expected a path that starts with \/, got nothing/],
  [
    "volume",
    { ...volume, mountPath: "/tmp" },
    /volume\.mountPath: expected a folder that is not one of writableFolders/,
  ],
  ["volume", { ...volume, name: "Data" }, /volume\.name: expected at most 63/],
  ["volume", { ...volume, name: "writable-0" }, /volume\.name: expected .* not writable-/],
  ["volume", { ...volume, storageClassName: "" }, /volume\.storageClassName: expected/],
  ["volume", { ...volume, accessMode: "RWO" }, /volume\.accessMode: expected one of ReadWriteOnce, .* got "RWO"/],
  ["readiness", { period: 1 }, /readiness\.period: expected a cdk8s Duration/],
  ["publishNotReadyAddresses", "yes", /publishNotReadyAddresses: expected true or false/],
])("refuses %s %j", (field, value, message) => {
  expect(() => synth({ [field]: value })).toThrow(message);
  expect(() => synth({ [field]: value })).toThrow("[apps/cache]");
});

test("refuses all errors at once", () => {
  expect(() => synth({ image: "", port: 0, volume: { size: "0", mountPath: "data" } })).toThrow(
    /image: [\s\S]*port: [\s\S]*volume\.size: [\s\S]*volume\.mountPath: /,
  );
});
