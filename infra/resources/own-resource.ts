import * as pulumi from "@pulumi/pulumi";
import type { ResourceArgs, ResourceShape } from "./shape.js";

/** Base of the resources that the timonier plugin provides: registers one by its shape. */
export abstract class OwnResource<Shape extends ResourceShape> extends pulumi.CustomResource {
  protected constructor(shape: Shape, name: string, args: ResourceArgs<Shape>, opts?: pulumi.CustomResourceOptions) {
    const values: Record<string, unknown> = { ...args };
    for (const key of shape.secrets) if (key in values) values[key] = pulumi.secret(values[key]);
    const secretOutputs = shape.secrets.filter((key) => shape.outputs.includes(key));
    super(
      shape.type,
      name,
      // Pulumi's SDK sets only the properties that the program names.
      { ...values, ...Object.fromEntries(shape.outputs.map((output) => [output, undefined])) },
      secretOutputs.length > 0 ? pulumi.mergeOptions({ additionalSecretOutputs: secretOutputs }, opts) : opts,
    );
  }
}
