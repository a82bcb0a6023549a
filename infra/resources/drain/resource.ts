import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { drainShape } from "./schema.js";

/** Which cluster is drained. */
export type DrainArgs = ResourceArgs<typeof drainShape>;

/**
 * Acts at its deletion only: before Flux is deleted from a cluster that stays, Flux deletes what it
 * manages, and the end of that is waited for. Flux's own components and preexisting objects are not
 * touched.
 */
export class Drain extends OwnResource<typeof drainShape> {
  constructor(name: string, args: DrainArgs, opts?: pulumi.CustomResourceOptions) {
    super(drainShape, name, args, opts);
  }
}
