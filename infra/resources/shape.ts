import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

/** What the program and the plugin both have to know about one of timonier's own resources. */
export interface ResourceShape {
  /** Type token. Never changed: Pulumi's state identifies resources by it. */
  readonly type: string;
  readonly inputs: z.ZodObject;
  /** Names of the outputs that are not inputs. */
  readonly outputs: readonly string[];
  /** Names of the inputs and outputs that are secret. */
  readonly secrets: readonly string[];
}

/**
 * What a program passes to a resource: the fields of its schema, each as a value or as an output of
 * another resource.
 */
export type ResourceArgs<Shape extends ResourceShape> = {
  readonly [Name in keyof z.input<Shape["inputs"]>]: pulumi.Input<z.input<Shape["inputs"]>[Name]>;
};
