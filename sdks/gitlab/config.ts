// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";

/** Settings of the default provider, as the stack has them. */
export const config = {
  get baseUrl() {
    return new pulumi.Config("gitlab").get("baseUrl");
  },
  get cacertFile() {
    return new pulumi.Config("gitlab").get("cacertFile");
  },
  get clientCert() {
    return new pulumi.Config("gitlab").get("clientCert");
  },
  get clientKey() {
    return new pulumi.Config("gitlab").get("clientKey");
  },
  get configFile() {
    return new pulumi.Config("gitlab").get("configFile");
  },
  get context() {
    return new pulumi.Config("gitlab").get("context");
  },
  get earlyAuthCheck() {
    return new pulumi.Config("gitlab").getObject<boolean>("earlyAuthCheck");
  },
  get enableAutoCiSupport() {
    return new pulumi.Config("gitlab").getObject<boolean>("enableAutoCiSupport");
  },
  get headers() {
    return new pulumi.Config("gitlab").getObject<{ [key: string]: string }>("headers");
  },
  get insecure() {
    return new pulumi.Config("gitlab").getObject<boolean>("insecure");
  },
  get retries() {
    return new pulumi.Config("gitlab").getObject<number>("retries");
  },
  get token() {
    return new pulumi.Config("gitlab").get("token");
  },
};
