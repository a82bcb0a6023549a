// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: ["active", "cron", "cronTimezone", "description", "inputs", "project", "ref", "takeOwnership"],
  outputs: ["owner", "pipelineScheduleId"],
  required: ["cron", "description", "project", "ref"],
  secretInputs: [],
  secretOutputs: [],
};

export class PipelineSchedule extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: PipelineScheduleState,
    opts?: pulumi.CustomResourceOptions,
  ): PipelineSchedule {
    return new PipelineSchedule(name, state as unknown as PipelineScheduleArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/pipelineSchedule:PipelineSchedule";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is PipelineSchedule {
    return hasType(obj, PipelineSchedule.__pulumiType);
  }

  declare readonly active: pulumi.Output<boolean>;
  declare readonly cron: pulumi.Output<string>;
  declare readonly cronTimezone: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string>;
  declare readonly inputs: pulumi.Output<outputs.PipelineScheduleInput[] | undefined>;
  declare readonly owner: pulumi.Output<number>;
  declare readonly pipelineScheduleId: pulumi.Output<number>;
  declare readonly project: pulumi.Output<string>;
  declare readonly ref: pulumi.Output<string>;
  declare readonly takeOwnership: pulumi.Output<boolean>;

  constructor(name: string, args: PipelineScheduleArgs, opts?: pulumi.CustomResourceOptions) {
    super(PipelineSchedule.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface PipelineScheduleState extends Omit<PipelineScheduleArgs, "cron" | "description" | "project" | "ref"> {
  cron?: pulumi.Input<string | undefined>;
  description?: pulumi.Input<string | undefined>;
  owner?: pulumi.Input<number | undefined>;
  pipelineScheduleId?: pulumi.Input<number | undefined>;
  project?: pulumi.Input<string | undefined>;
  ref?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface PipelineScheduleArgs {
  active?: pulumi.Input<boolean | undefined>;
  cron: pulumi.Input<string>;
  cronTimezone?: pulumi.Input<string | undefined>;
  description: pulumi.Input<string>;
  inputs?: pulumi.Input<pulumi.Input<inputs.PipelineScheduleInput>[] | undefined>;
  project: pulumi.Input<string>;
  ref: pulumi.Input<string>;
  takeOwnership?: pulumi.Input<boolean | undefined>;
}
