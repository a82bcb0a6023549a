import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules.js";

// Started by the engine for `pulumi preview --policy-pack infra/policies`.
new PolicyPack("timonier", { policies: [...rules], enforcementLevel: "mandatory" });
