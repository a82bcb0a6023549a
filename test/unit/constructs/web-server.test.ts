import * as pulumi from "@pulumi/pulumi";
import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { WebServer, type WebServerProps } from "../../../constructs/web-server.js";

/** The manifest of the source document, as it stands there. */
const deploymentYaml = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
spec:
  replicas: 3
  selector:
    matchLabels:
      app: nginx
  minReadySeconds: 5
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
      - name: nginx
        image: nginx:1.14.2
        ports:
        - containerPort: 80
`;

const nginx: WebServerProps = {
  name: "nginx-deployment",
  app: "nginx",
  image: "nginx:1.14.2",
  replicas: 3,
  minReady: Duration.seconds(5),
};

function synth(props: Partial<Record<keyof WebServerProps, unknown>>) {
  const chart = new Chart(new App(), "apps");
  new WebServer(chart, "nginx", { ...nginx, ...props } as WebServerProps);
  return Testing.synth(chart);
}

test("equals the document's manifest field by field, and has no other field", () => {
  expect(synth({})).toEqual([parse(deploymentYaml)]);
});

test("renders zero replicas: that is how it is stopped", () => {
  expect(synth({ replicas: 0 })[0].spec.replicas).toBe(0);
});

test.each([
  ["replicas", -1, /replicas: expected a whole number of at least 0, got -1/],
  ["replicas", 2.5, /replicas: expected a whole number of at least 0, got 2.5/],
  ["replicas", "3", /replicas: expected a whole number of at least 0, got "3"/],
  ["replicas", Number.NaN, /replicas: expected .* got NaN/],
  ["image", "", /image: expected an image with its tag, NAME:TAG, got ""/],
  ["image", "nginx", /image: expected an image with its tag/],
  ["image", "localhost:5000/nginx", /image: expected an image with its tag/],
  ["image", "nginx: 1", /image: expected an image with its tag/],
  ["port", 0, /port: expected a whole number from 1 to 65535, got 0/],
  ["port", 65_536, /port: expected/],
  ["app", "Nginx", /app: expected/],
  ["minReady", Duration.millis(1_500), /minReady: expected whole seconds, got "1.5s"/],
  ["minReady", "5s", /minReady: expected a cdk8s Duration/],
  ["name", "nginx_deployment", /name: expected lower-case letters/],
])("refuses %s %j", (field, value, message) => {
  expect(() => synth({ [field]: value })).toThrow(message);
  expect(() => synth({ [field]: value })).toThrow("[apps/nginx]");
});

test.each(["nginx:1.14.2", "localhost:5000/web/nginx:1", `ghcr.io/a/b@sha256:${"0".repeat(64)}`])(
  "accepts the image %s",
  (image) => {
    expect(synth({ image })).toHaveLength(1);
  },
);

test("refuses all faults at once", () => {
  expect(() => synth({ replicas: -1, image: "", port: 0 })).toThrow(/image:[\s\S]*replicas:[\s\S]*port:/);
});

test.each(["name", "app", "image", "replicas", "port", "minReady"])("refuses a Pulumi Output as %s", (field) => {
  expect(() => synth({ [field]: pulumi.output("x") })).toThrow(
    new RegExp(`\\[apps/nginx\\] ${field}: expected a plain value, got a Pulumi Output`),
  );
});

test("refuses two Deployments of one name, naming both constructs", () => {
  const app = new App();
  new WebServer(new Chart(app, "one"), "nginx", nginx);
  new WebServer(new Chart(app, "two"), "nginx", nginx);
  expect(() => app.synthYaml()).toThrow("two/nginx: name: Deployment nginx-deployment is already defined by one/nginx");
});
