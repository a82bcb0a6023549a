import { z } from "zod";
import { defineApplication } from "../constructs/application.js";
import { duration, image, wholeNumber } from "../constructs/settings-schema.js";
import { WebServer } from "../constructs/web-server.js";

/** The web server. Its objects have no namespace: `targetNamespace` of the Kustomization sets it. */
export const nginx = defineApplication({
  name: "nginx",
  settings: z.strictObject({
    image: image(),
    replicas: wholeNumber(0, 10_000),
    minReady: duration(0),
    port: wholeNumber(1, 65_535),
  }),
  kustomization: "myapp",
  folder: "infra",
  wait: false,
  build: ({ file }, settings) => {
    new WebServer(file("deployment"), "nginx", { name: "nginx-deployment", app: "nginx", ...settings });
  },
});
