// Pulumi's SDK loads, in every process, modules that no program of ours uses: the TypeScript compiler and npm's dependency
// trees for serializing functions, exporters of traces, the Automation API. Here they are loaded when something uses them.
// Its language host would load ts-node as well, whose work infra/start.mjs does.
const Module = require("node:module");

process.env.PULUMI_NODEJS_TYPESCRIPT = "false";

/** Who asks for a module, by the end of the file's path in the SDK, and for which. */
const ON_DEMAND = new Map([
  ["/typescript-shim.js", ["typescript"]],
  ["/index.js", ["./automation", "./dynamic", "./provider"]],
  ["/runtime/manifest.js", ["js-yaml"]],
  ["/runtime/closure/codePaths.js", ["@npmcli/arborist", "fdir", "normalize-package-data", "upath"]],
  [
    "/cmd/run/tracing.js",
    [
      "@opentelemetry/exporter-zipkin",
      "@opentelemetry/instrumentation",
      "@opentelemetry/instrumentation-grpc",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace-base",
      "@opentelemetry/sdk-trace-node",
    ],
  ],
]);
const SDK = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi(?=[\\/])/;

function isOnDemand(request, filename) {
  const [sdk, ...rest] = filename?.split(SDK) ?? [];
  return sdk !== undefined && rest.length === 1 && ON_DEMAND.get(rest[0].replaceAll("\\", "/"))?.includes(request);
}

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  if (!isOnDemand(request, parent?.filename)) return load.call(this, request, parent, ...rest);
  const module = () => load.call(this, request, parent, ...rest);
  return new Proxy(
    {},
    {
      // The SDK is compiled TypeScript: with this answer it takes the module as it is and does not copy its exports.
      get: (_none, name) =>
        name === "__esModule" ? true : (module()[name] ?? (name === "default" ? module() : undefined)),
    },
  );
};
