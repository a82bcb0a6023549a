// Keeps the TypeScript compiler out of Pulumi's runs: its SDK loads it for serializing functions, which no program of ours
// does, and its language host for ts-node, whose work infra/start.mjs does. Loaded all the same when somebody asks for it.
const Module = require("node:module");

process.env.PULUMI_NODEJS_TYPESCRIPT = "false";

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  if (request !== "typescript" || !/typescript-shim\.js$/.test(parent?.filename ?? "")) {
    return load.call(this, request, parent, ...rest);
  }
  return new Proxy({}, { get: (_none, name) => load.call(this, request, parent)[name] });
};
