// Pulumi's SDK does, in every process, work that no program of ours uses. Loaded when something
// uses them: the TypeScript compiler and npm's dependency trees for serializing functions,
// exporters of traces, the Automation API. Left out: a debugger's session for the same serializing,
// debug messages to the engine, and a stack trace for each promise. Its language host would load
// ts-node as well, whose work infra/start.mjs does.
const Module = require("node:module");

process.env.PULUMI_NODEJS_TYPESCRIPT = "false";

/** Who asks for a module, by the end of the file's path in the SDK, and for which. */
const ON_DEMAND = new Map([
  ["/typescript-shim.js", ["typescript"]],
  ["/index.js", ["./automation", "./dynamic", "./provider"]],
  ["/runtime/manifest.js", ["js-yaml"]],
  ["/runtime/closure/codePaths.js", ["@npmcli/arborist", "fdir", "normalize-package-data", "upath"]],
  ["/runtime/closure/serializeClosure.js", ["./createClosure"]],
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

/** What is changed in a module of the SDK, by the end of its path. */
const CHANGED = new Map([
  ["/log/index.js", withoutDebug],
  ["/runtime/debuggable.js", withoutStackTraces],
]);
const SDK = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi(?=[\\/])/;

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  const asking = inSdk(parent?.filename);
  if (asking === undefined) return load.call(this, request, parent, ...rest);
  // A debugger makes the whole program slower; where a function is serialized after all, that connects one.
  if (asking === "/cmd/run/index.js" && request.endsWith("/v8Hooks")) return { isInitializedAsync: async () => {} };
  const module = () => load.call(this, request, parent, ...rest);
  if (ON_DEMAND.get(asking)?.includes(request)) return onDemand(module);
  return module();
};

const compile = Module._extensions[".js"];
Module._extensions[".js"] = function (module, filename) {
  compile.call(this, module, filename);
  CHANGED.get(inSdk(filename))?.(module.exports);
};

/** Path of a file within Pulumi's SDK; undefined for every other file. */
function inSdk(filename) {
  const [before, path, ...more] = filename?.split(SDK) ?? [];
  return before !== undefined && more.length === 0 ? path?.replaceAll("\\", "/") : undefined;
}

function onDemand(module) {
  const get = (_none, name) => {
    // The SDK is compiled TypeScript: with this answer it takes the module as it is and does not copy its exports.
    if (name === "__esModule") return true;
    return module()[name] ?? (name === "default" ? module() : undefined);
  };
  return new Proxy({}, { get });
}

/** Five messages for each resource, which the engine drops. */
function withoutDebug(log) {
  log.debug = async () => {};
}

/** The trace is for the report of promises that never end. */
function withoutStackTraces(debuggable) {
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
