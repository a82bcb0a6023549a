// Generated from schema.json by generate.ts: change those, not this.

export * as input from "./input.js";
export * as output from "./output.js";
