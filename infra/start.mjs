// Language hosts differ in how they pass options to Node, so the program brings its TypeScript along itself.
import { load } from "../core/run.mjs";

/** Pulumi calls a default export that is a function, and takes what it returns as the stack's outputs. */
export default async () => (await load("infra/index.ts")).program();
