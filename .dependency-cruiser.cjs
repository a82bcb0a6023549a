// Directions between folders: infra → apps → constructs; examples → constructs; cli uses everything
// and nothing uses cli. What a package may import is in its package.json, and knip holds it to that;
// the rules here hold what package.json cannot say.
const from = (folders) => `^(${folders.join("|")})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-relative-imports-between-packages",
      comment: "Packages import each other by name, through their exports.",
      severity: "error",
      from: { path: "^((packages|simulators)/[^/]+)/" },
      to: { path: from(["packages", "simulators"]), pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "manifests-without-infrastructure",
      comment: "They are synthesized without Pulumi: what they need comes from committed settings.",
      severity: "error",
      from: { path: from(["constructs", "apps", "examples"]) },
      to: { path: ["@pulumi/", from(["infra", "cli", "packages/(?!kit/)[^/]+", "simulators", "sdks"])] },
    },
    {
      name: "constructs-without-apps",
      comment: "Examples are copied into other programs, so they do not need the applications of this one either.",
      severity: "error",
      from: { path: from(["constructs", "examples"]) },
      to: { path: from(["apps"]) },
    },
    {
      name: "kit-without-other-packages",
      severity: "error",
      from: { path: from(["packages/kit"]) },
      to: { path: from(["apps", "cli", "constructs", "infra", "packages/(?!kit/)[^/]+", "simulators", "sdks"]) },
    },
    {
      name: "packages-without-program",
      comment: "A package works without the program and without the simulators.",
      severity: "error",
      from: { path: from(["packages"]) },
      to: { path: from(["apps", "cli", "constructs", "infra", "simulators", "sdks"]) },
    },
    {
      name: "simulators-without-program",
      severity: "error",
      from: { path: from(["simulators"]) },
      to: { path: from(["apps", "cli", "constructs", "infra"]) },
    },
    {
      name: "examples-unused",
      comment: "Examples are there to be read: no part of the program depends on them.",
      severity: "error",
      from: { path: from(["apps", "cli", "constructs", "infra", "packages", "sdks", "simulators"]) },
      to: { path: from(["examples"]) },
    },
    {
      name: "cli-last",
      severity: "error",
      from: { path: from(["apps", "constructs", "infra", "packages", "sdks", "simulators"]) },
      to: { path: from(["cli"]) },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs"],
    },
  },
};
