// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { hasType, options, providerProperties } from "./utilities.js";

/** Which GitLab, and as whom. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "gitlab";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is Provider {
    return hasType(obj, `pulumi:providers:${Provider.__pulumiType}`);
  }

  declare readonly baseUrl: pulumi.Output<string | undefined>;
  declare readonly cacertFile: pulumi.Output<string | undefined>;
  declare readonly clientCert: pulumi.Output<string | undefined>;
  declare readonly clientKey: pulumi.Output<string | undefined>;
  declare readonly configFile: pulumi.Output<string | undefined>;
  declare readonly context: pulumi.Output<string | undefined>;
  declare readonly token: pulumi.Output<string | undefined>;

  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions) {
    const shape = {
      strings: ["baseUrl", "cacertFile", "clientCert", "clientKey", "configFile", "context", "token"],
      json: ["earlyAuthCheck", "enableAutoCiSupport", "headers", "insecure", "retries"],
      secretInputs: ["token"],
    };
    const secretOutputs = { secretOutputs: ["token"] };
    super(Provider.__pulumiType, name, providerProperties(shape, args), options(secretOutputs, opts));
  }
}

export interface ProviderArgs {
  baseUrl?: pulumi.Input<string | undefined>;
  cacertFile?: pulumi.Input<string | undefined>;
  clientCert?: pulumi.Input<string | undefined>;
  clientKey?: pulumi.Input<string | undefined>;
  configFile?: pulumi.Input<string | undefined>;
  context?: pulumi.Input<string | undefined>;
  earlyAuthCheck?: pulumi.Input<boolean | undefined>;
  enableAutoCiSupport?: pulumi.Input<boolean | undefined>;
  headers?: pulumi.Input<{ [key: string]: pulumi.Input<string> } | undefined>;
  insecure?: pulumi.Input<boolean | undefined>;
  retries?: pulumi.Input<number | undefined>;
  token?: pulumi.Input<string | undefined>;
}
