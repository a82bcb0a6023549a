import type { ResourceValidationArgs } from "@pulumi/policy";
import { expect, test } from "vitest";
import { type Checked, rules } from "../../../../infra/policies/rules.js";

const provider = (name: string, baseUrl = "https://gitlab.example") => ({
  ...{ type: "pulumi:providers:gitlab", urn: "", name },
  props: { baseUrl },
});
const fine: Checked = {
  ...{ type: "", name: "one", props: {} },
  opts: { protect: true, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] } as unknown as Checked["opts"],
  provider: provider("gitlab"),
};

/** Names of the policies that a resource breaks. */
function broken(resource: Partial<Checked>): string[] {
  return rules.flatMap(({ name, validateResource }) => {
    const said: string[] = [];
    const validate = validateResource as (args: ResourceValidationArgs, report: (text: string) => void) => void;
    validate({ ...fine, ...resource } as ResourceValidationArgs, (text) => said.push(text));
    return said.length > 0 ? [name] : [];
  });
}

const project = "gitlab:index/project:Project";
const deployToken = "gitlab:index/projectDeployToken:ProjectDeployToken";
const variable = "gitlab:index/projectVariable:ProjectVariable";
const open = { ...fine.opts, protect: false };
const glpat = { value: "glpat-0123456789abcdefghij" };
const config = (text: string) => ({ type: "kubernetes:core/v1:ConfigMap", props: { data: { a: [{ b: text }] } } });

const eks = (vpcConfig: object) => ({
  ...{ type: "aws:eks/cluster:Cluster", props: { vpcConfig, encryptionConfig: { resources: ["secrets"] } } },
});
const role = (Principal: unknown) => ({
  type: "aws:iam/role:Role",
  props: { assumeRolePolicy: JSON.stringify({ Statement: { Effect: "Allow", Principal } }) },
});

test.each<[string, Partial<Checked>, string[]]>([
  ["a project", { type: project }, []],
  ["an unprotected project", { type: project, opts: open }, ["repositories-protected"]],
  [
    "one in the stack's own GitLab",
    { type: project, opts: open, provider: provider("gitlab", "https://127.0.0.1:2/") },
    [],
  ],
  [
    "a name that only begins so",
    { type: project, opts: open, provider: provider("gitlab", "https://127.0.0.1.nip.io/") },
    ["repositories-protected"],
  ],
  ["a default provider", { type: project, provider: provider("default_10_1_1") }, ["no-default-provider"]],
  ["a token", { type: deployToken, props: { expiresAt: "2027-01-01" } }, []],
  ["a token for ever", { type: deployToken }, ["tokens-expire"]],
  ["a token in a masked variable", { type: variable, props: { ...glpat, masked: true } }, []],
  ["a token in a variable that logs show", { type: variable, props: { ...glpat, masked: false } }, ["no-plain-secret"]],
  ["a key in a ConfigMap", config("-----BEGIN RSA PRIVATE KEY-----\nx"), ["no-plain-secret"]],
  ["an AWS key in a ConfigMap", config("id=AKIAIOSFODNN7EXAMPLE"), ["no-plain-secret"]],
  ["a certificate in a ConfigMap", config("-----BEGIN CERTIFICATE-----\nx"), []],
  ["a token in a Secret", { type: "kubernetes:core/v1:Secret", props: { stringData: glpat } }, []],
  [
    "an open API server",
    eks({ endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] }),
    ["endpoint-restricted"],
  ],
  ["one that AWS would open by itself", eks({}), ["endpoint-restricted"]],
  ["one for some", eks({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] }), []],
  [
    "Secrets without a key",
    { type: "aws:eks/cluster:Cluster", props: { vpcConfig: { endpointPublicAccess: false } } },
    ["secrets-encrypted"],
  ],
  ["a role for every account, in a list", role({ AWS: ["arn:aws:iam::1:root", "*"] }), ["no-wildcard-principals"]],
  ["a role for every account", role("*"), ["no-wildcard-principals"]],
  ["a role for a service", role({ Service: "eks.amazonaws.com" }), []],
  [
    "a namespace",
    { type: "kubernetes:core/v1:Namespace", props: { metadata: { name: "a" } } },
    ["namespaces-labelled"],
  ],
  [
    "a labelled namespace",
    { type: "kubernetes:core/v1:Namespace", props: { metadata: { labels: { "app.kubernetes.io/part-of": "flux" } } } },
    [],
  ],
])("%s", (_, resource, names) => {
  expect(broken(resource)).toEqual(names);
});
