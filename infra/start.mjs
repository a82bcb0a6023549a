// Language hosts differ in how they pass options to Node, so the program brings its own TypeScript loader.
import { register } from "tsx/esm/api";

register();

/** Pulumi calls a default export that is a function, and takes what it returns as the stack's outputs. */
export default async () => (await import("./index.ts")).program();
