import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { Worker, type WorkerProps } from "../../../constructs/worker.js";

const image = "registry.example.org/shop/mailer:2.0.1";

function synth(props: Partial<Record<keyof WorkerProps, unknown>> = {}) {
  const chart = new Chart(new App(), "apps");
  new Worker(chart, "mailer", { image, ...props } as WorkerProps);
  return Testing.synth(chart);
}

const podOf = (props: Partial<Record<keyof WorkerProps, unknown>>) => synth(props)[0].spec.template.spec;
const containerOf = (props: Partial<Record<keyof WorkerProps, unknown>>) => podOf(props).containers[0];
const labels = { "app.kubernetes.io/name": "mailer", "app.kubernetes.io/component": "worker" };

test("renders a Deployment without ports and probes, and nothing else", () => {
  expect(synth()).toEqual([
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "mailer", labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "mailer",
                image,
                resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
              },
            ],
            volumes: [{ name: "writable-0", emptyDir: {} }],
          },
        },
      },
    },
  ]);
});

test("has an autoscaler and a budget as a web service does", () => {
  const kinds = synth({ autoscaling: { max: 4 } }).map(({ kind }) => kind);
  expect(kinds).toEqual(["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget"]);
});

test("variables are text or references, in their order", () => {
  const environment = {
    ZONE: "eu",
    HOST: "$(ZONE).example.org",
    SMTP_PASSWORD: { secret: "smtp", key: "password" },
    LEVEL: { configMap: "mailer", key: "level", optional: true },
    EMPTY_TOKEN: "",
  };
  expect(containerOf({ environment }).env).toEqual([
    { name: "ZONE", value: "eu" },
    { name: "HOST", value: "$(ZONE).example.org" },
    { name: "SMTP_PASSWORD", valueFrom: { secretKeyRef: { name: "smtp", key: "password" } } },
    { name: "LEVEL", valueFrom: { configMapKeyRef: { name: "mailer", key: "level", optional: true } } },
    { name: "EMPTY_TOKEN", value: "" },
  ]);
});

test("command, arguments, registries, account and grace period are rendered", () => {
  const props = {
    command: ["/bin/mailer"],
    args: ["--queue", "mail"],
    imagePullSecrets: ["registry"],
    serviceAccountName: "mailer",
    automountServiceAccountToken: true,
    terminationGracePeriod: Duration.minutes(2),
  };
  expect(podOf(props)).toMatchObject({
    imagePullSecrets: [{ name: "registry" }],
    serviceAccountName: "mailer",
    automountServiceAccountToken: true,
    terminationGracePeriodSeconds: 120,
    containers: [{ command: ["/bin/mailer"], args: ["--queue", "mail"] }],
  });
});

test("requests and limits can be changed one by one", () => {
  const of = (resources: object) => containerOf({ resources }).resources;
  expect(of({ memory: "1Gi" })).toEqual({ requests: { cpu: "100m", memory: "1Gi" }, limits: { memory: "1Gi" } });
  expect(of({ cpu: "0.5", cpuLimit: "2", memoryLimit: "256Mi" })).toEqual({
    requests: { cpu: "0.5", memory: "128Mi" },
    limits: { cpu: "2", memory: "256Mi" },
  });
});

test("each rule of pod security can be changed", () => {
  const pod = podOf({
    security: {
      runAsNonRoot: false,
      runAsUser: 0,
      runAsGroup: 0,
      fsGroup: 2000,
      seccompProfile: "Unconfined",
      allowPrivilegeEscalation: true,
      addCapabilities: ["NET_BIND_SERVICE"],
      readOnlyRootFilesystem: false,
    },
  });
  expect(pod.securityContext).toEqual({
    runAsNonRoot: false,
    runAsUser: 0,
    runAsGroup: 0,
    fsGroup: 2000,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "Unconfined" },
  });
  expect(pod.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: true,
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
    readOnlyRootFilesystem: false,
  });
});

test("each writable folder is a volume, and there may be none", () => {
  const pod = podOf({ writableFolders: ["/tmp", "/var/cache"] });
  expect(pod.containers[0].volumeMounts).toEqual([
    { name: "writable-0", mountPath: "/tmp" },
    { name: "writable-1", mountPath: "/var/cache" },
  ]);
  expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(["writable-0", "writable-1"]);
  expect(podOf({ writableFolders: [] })).not.toHaveProperty("volumes");
  expect(containerOf({ writableFolders: [] })).not.toHaveProperty("volumeMounts");
});

test.each(["mailer:1", "localhost:5000/mailer:1", `ghcr.io/a/b@sha256:${"0".repeat(64)}`])(
  "accepts the image %s",
  (ok) => {
    expect(containerOf({ image: ok }).image).toBe(ok);
  },
);

test.each([
  ["image", "mailer", /image: expected an image with its tag, NAME:TAG, got "mailer"/],
  ["image", "localhost:5000/mailer", /image: expected an image with its tag/],
  ["image", undefined, /image: expected .* got nothing/],
  ["command", "mailer", /command: expected a list of texts, got "mailer"/],
  ["args", ["--port", 80], /args\[1\]: expected text, got 80/],
  ["environment", ["A=b"], /environment: expected an object of variables/],
  ["environment", { "A B": "c" }, /environment\.A B: expected a name/],
  [
    "environment",
    { PORT: 80 },
    /environment\.PORT: expected text, \{ secret, key \} or \{ configMap, key \}, got "number"/,
  ],
  ["environment", { A: { secret: "a", configMap: "b", key: "c" } }, /environment\.A: expected text/],
  ["environment", { A: { key: "c" } }, /environment\.A: expected text/],
  ["environment", { A: { secret: "A_B", key: "c" } }, /environment\.A\.secret: expected lower-case/],
  ["environment", { A: { configMap: "a" } }, /environment\.A\.key: expected the name of a key, got nothing/],
  ["environment", { A: { secret: "a", key: "b", optional: "no" } }, /environment\.A\.optional: expected true or false/],
  ["resources", "small", /resources: expected an object with fields/],
  ["resources", { cpu: "100 m" }, /resources\.cpu: expected an amount of cores/],
  ["resources", { cpu: "0" }, /resources\.cpu: expected an amount of cores/],
  ["resources", { memory: "128m" }, /resources\.memory: expected an amount of bytes/],
  ["resources", { memory: 128 }, /resources\.memory: expected an amount of bytes/],
  ["resources", { cpuLimit: "x" }, /resources\.cpuLimit: expected an amount of cores/],
  ["resources", { cpuLimit: "50m" }, /resources\.cpuLimit: expected at least 100m, got "50m"/],
  [
    "resources",
    { memory: "1Gi", memoryLimit: "1000Mi" },
    /resources\.memoryLimit: expected at least 1Gi, got "1000Mi"/,
  ],
  ["security", [], /security: expected an object with fields/],
  ["security", { runAsNonRoot: "no" }, /security\.runAsNonRoot: expected true or false/],
  ["security", { runAsUser: 0 }, /security\.runAsUser: expected a whole number from 1 to/],
  ["security", { runAsGroup: -1 }, /security\.runAsGroup: expected/],
  ["security", { fsGroup: 1.5 }, /security\.fsGroup: expected/],
  ["security", { seccompProfile: "none" }, /security\.seccompProfile: expected one of RuntimeDefault, Unconfined/],
  ["security", { allowPrivilegeEscalation: 1 }, /security\.allowPrivilegeEscalation: expected/],
  [
    "security",
    { addCapabilities: ["CAP_CHOWN"] },
    /security\.addCapabilities\[0\]: expected a capability without CAP_/,
  ],
  ["security", { readOnlyRootFilesystem: 0 }, /security\.readOnlyRootFilesystem: expected/],
  ["writableFolders", ["tmp"], /writableFolders\[0\]: expected a path that starts with \//],
  ["writableFolders", ["/tmp", "/tmp"], /writableFolders\[1\]: expected a folder that is not in the list twice/],
  ["writableFolders", "/tmp", /writableFolders: expected a list of folders/],
  ["imagePullSecrets", ["A"], /imagePullSecrets\[0\]: expected lower-case/],
  ["serviceAccountName", "A", /serviceAccountName: expected lower-case/],
  ["automountServiceAccountToken", "no", /automountServiceAccountToken: expected true or false/],
  ["terminationGracePeriod", 30, /terminationGracePeriod: expected a cdk8s Duration/],
  ["replicas", 1.5, /replicas: expected a whole number/],
])("refuses %s %j", (field, value, message) => {
  expect(() => synth({ [field]: value })).toThrow(message);
});

test.each([
  ["DB_PASSWORD", "canary-1234"],
  ["githubToken", "canary-1234"],
  ["API_KEY", "canary-1234"],
  ["DATABASE_URL", "postgres://shop:canary-1234@db.example.org/shop"],
])("refuses a secret as text in %s, and does not repeat it", (name, value) => {
  const wrong = () => synth({ environment: { [name]: value } });
  expect(wrong).toThrow(new RegExp(`environment\\.${name}: expected .*\\{ secret, key \\}`));
  expect(wrong).not.toThrow(/canary-1234/);
});

test.each([
  ["PASSWORD_FILE", "/run/secrets/password"],
  ["TOKEN_URL", "https://sso.example.org:8443/token"],
  ["DATABASE_URL", "postgres://shop@db.example.org:5432/shop"],
])("accepts %s=%s", (name, value) => {
  expect(containerOf({ environment: { [name]: value } }).env).toEqual([{ name, value }]);
});
