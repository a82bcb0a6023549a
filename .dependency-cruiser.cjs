// Data flows one way: infra → apps → constructs. `core` knows nobody; nobody knows `cli`.
const from = (folders) => `^(${folders.join("|")})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "manifests-know-no-infrastructure",
      comment: "constructs/ and apps/ are synthesized without Pulumi: what they need comes from committed settings.",
      severity: "error",
      from: { path: from(["constructs", "apps"]) },
      to: { path: ["@pulumi/", from(["infra", "cli", "delivery", "embedded", "sdks"])] },
    },
    {
      name: "constructs-know-no-apps",
      severity: "error",
      from: { path: from(["constructs"]) },
      to: { path: from(["apps"]) },
    },
    {
      name: "core-knows-nobody",
      severity: "error",
      from: { path: from(["core"]) },
      to: { path: from(["apps", "cli", "constructs", "delivery", "embedded", "infra", "sdks"]) },
    },
    {
      name: "nobody-knows-cli",
      severity: "error",
      from: { path: from(["apps", "constructs", "core", "delivery", "embedded", "infra", "sdks"]) },
      to: { path: from(["cli"]) },
    },
    {
      name: "embedded-knows-no-program",
      severity: "error",
      from: { path: from(["embedded"]) },
      to: { path: from(["infra", "apps", "constructs", "cli"]) },
    },
    {
      name: "delivery-knows-no-infrastructure",
      severity: "error",
      from: { path: from(["delivery"]) },
      to: { path: from(["infra", "cli", "embedded"]) },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs"],
    },
  },
};
