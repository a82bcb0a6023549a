import { describe, expect, test } from "vitest";
import type { EksFacts } from "../../../../../infra/cluster/eks/facts.js";
import { gatherEksFacts, isHolder } from "../../../../../infra/cluster/eks/gather.js";
import { judgeEks, versionOf } from "../../../../../infra/cluster/eks/judge.js";
import { prepareEks } from "../../../../../infra/cluster/eks/prepare.js";
import type { EksClusterConfig } from "../../../../../infra/cluster/eks/settings.js";

const maker = "arn:aws:iam::123456789012:role/ci/maker";
const config: EksClusterConfig = {
  ...{ region: "eu-central-1", profile: undefined, kubernetesVersion: "1.35" },
  ...{ network: { kind: "own", cidr: "10.0.0.0/16" }, nodes: { kind: "auto" } },
  ...{ adminRoles: [maker, "arn:aws:iam::123456789012:role/other"], publicCidrs: ["203.0.113.7/32"] },
  ...{ apiSources: [], logTypes: ["api"], tags: { team: "platform" } },
};
const now = Date.parse("2026-11-29T00:00:00Z");
const seconds = (date: string) => Date.parse(date) / 1000;

type Answer = object | string | Response | Error | undefined;

/** AWS as it answers a question: by the service, and the path, the operation or the target's last part. */
class StandIn {
  readonly asked: string[] = [];
  /** Bodies of what was sent, by the same names. */
  readonly sent = new Map<string, unknown>();

  constructor(readonly answers: Readonly<Record<string, Answer>>) {}

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const service = url.hostname.split(".")[0];
    const target = request.headers.get("x-amz-target")?.split(".").at(-1);
    const text = await request.text();
    const body = text === "" ? {} : (JSON.parse(text) as { readonly QuotaCode?: string });
    const question = target ?? url.searchParams.get("Action") ?? url.pathname;
    const name = `${service} ${question}${body.QuotaCode ? ` ${body.QuotaCode}` : ""}`;
    if (question === "/version" && !(this.answers[name] instanceof Error)) return refuse(401, "Unauthorized");
    const signed = request.headers.get("authorization")?.startsWith("AWS4-HMAC-SHA256") ?? false;
    if (!signed && question !== "/version") return new Response("", { status: 403 });
    this.asked.push(name);
    this.sent.set(name, body);
    const answer = this.answers[name];
    if (answer === undefined) return refuse(404, "ResourceNotFoundException");
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer.clone();
    return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
  };
}

const refuse = (status: number, code: string) =>
  new Response(JSON.stringify({ message: "no" }), { status, headers: { "x-amzn-errortype": `${code}:http://x` } });

const caller = (arn: string) => ({ GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: arn } } });
const versions = {
  clusterVersions: [
    { clusterVersion: "1.36", versionStatus: "STANDARD_SUPPORT", endOfStandardSupportDate: seconds("2027-09-01") },
    { clusterVersion: "1.35", versionStatus: "STANDARD_SUPPORT", endOfStandardSupportDate: seconds("2027-03-27") },
    { clusterVersion: "1.33", versionStatus: "EXTENDED_SUPPORT", endOfStandardSupportDate: seconds("2026-07-29") },
  ],
};
const quota = (Value: number) => ({ Quota: { Value } });
const fresh = {
  "sts GetCallerIdentity": caller("arn:aws:sts::123456789012:assumed-role/maker/session"),
  "eks /cluster-versions": versions,
  "logs DescribeLogGroups": { logGroups: [] },
  "eks /clusters": { clusters: ["a", "b"] },
  "ec2 DescribeVpcs": "<vpcSet><item><vpcId>vpc-1</vpcId></item><item><vpcId>vpc-2</vpcId></item></vpcSet>",
  "ec2 DescribeAddresses": refuse(403, "UnauthorizedOperation"),
  "servicequotas GetServiceQuota L-1194D53C": quota(100),
  "servicequotas GetServiceQuota L-F678F1CE": quota(2),
  "servicequotas GetServiceQuota L-0263D0A3": quota(5),
};
const described = (over: object = {}) => ({
  cluster: {
    ...{ name: "west", status: "ACTIVE", version: "1.35", endpoint: "https://abc.eks.amazonaws.com" },
    ...{ tags: { "timonier:cluster": "west" }, ...over },
  },
});
const there = {
  ...fresh,
  "eks /clusters/west": described(),
  [`eks /clusters/west/access-entries/${encodeURIComponent(maker)}`]: { accessEntry: { tags: {} } },
  [`eks /clusters/west/access-entries/${encodeURIComponent("arn:aws:iam::123456789012:role/other")}`]: {
    accessEntry: { tags: { "timonier:cluster": "west" } },
  },
};
const credentials = { accessKeyId: "A", secretAccessKey: "s" };
const gather = (answers: Readonly<Record<string, Answer>>, over: Partial<EksClusterConfig> = {}) =>
  gatherEksFacts("west", { ...config, ...over }, { fetch: new StandIn(answers).fetch, credentials });

describe("what AWS is asked before anything is created", () => {
  test("of an account without the cluster: quotas, and whether its creator is among the administrators", async () => {
    const facts = await gather(fresh);
    expect(facts).toMatchObject({ cluster: undefined, admitted: [maker], logGroup: "none" });
    // What these credentials may not see is left out.
    expect(facts.quotas).toEqual([
      { name: "EKS clusters", used: 2, limit: 100 },
      { name: "VPCs", used: 2, limit: 2 },
    ]);
    expect(facts.versions?.[2]).toEqual({
      ...{ version: "1.33", support: "extended", standardEnds: Date.parse("2026-07-29") },
    });
  });

  test("of an existing cluster: access entries that are not the stack's, and whether it answers", async () => {
    expect(await gather(there)).toMatchObject({
      cluster: { status: "ACTIVE", version: "1.35", ours: true, reachable: true },
      ...{ admitted: [maker], quotas: [] },
    });
    const dead = { "eks /clusters/west": described({ endpoint: "https://dead.invalid" }) };
    const slow = Object.assign(new TypeError("fetch failed"), { cause: { code: "ETIMEDOUT" } });
    expect(await gather({ ...there, ...dead, "dead /version": slow })).toMatchObject({ cluster: { reachable: false } });
  });

  test("of an instance type: its architecture, or that it does not exist", async () => {
    const nodes = { kind: "managed", instanceType: "m8g.large", count: 2 } as const;
    const arm = "<supportedArchitectures><item>arm64</item></supportedArchitectures>";
    expect(await gather({ ...fresh, "ec2 DescribeInstanceTypes": arm }, { nodes })).toMatchObject({
      instanceType: { known: true, architecture: "arm64", nvidia: false },
    });
    const none = new Response("<Errors><Error><Code>InvalidInstanceType</Code></Error></Errors>", { status: 400 });
    const facts = await gather({ ...fresh, "ec2 DescribeInstanceTypes": none }, { nodes });
    expect(judgeEks(facts, { ...config, nodes }, now)).toContainEqual(
      expect.objectContaining({ subject: "instance type", level: "fatal" }),
    );
  });
});

test.each([
  [maker, "arn:aws:sts::123456789012:assumed-role/maker/x", true],
  [maker, "arn:aws:sts::999999999999:assumed-role/maker/x", false],
  [maker, "arn:aws:sts::123456789012:assumed-role/make/x", false],
  [maker, "arn:aws:iam::123456789012:user/maker", false],
])("%s is held by %s: %s", (role, identity, held) => expect(isHolder(role, identity)).toBe(held));

describe("fatal findings and warnings", () => {
  const facts: EksFacts = {
    ...{ caller: "arn:aws:iam::1:user/a", cluster: undefined, admitted: [], logGroup: "none" },
    ...{ versions: undefined, instanceType: undefined, quotas: [] },
  };
  const cluster = { status: "ACTIVE", version: "1.35", endpoint: "https://a", ours: true, reachable: true };
  const offered = [
    { version: "1.36", support: "standard" as const, standardEnds: Date.parse("2027-09-01") },
    { version: "1.35", support: "standard" as const, standardEnds: Date.parse("2027-01-15") },
    { version: "1.33", support: "extended" as const, standardEnds: Date.parse("2026-07-29") },
  ];

  test.each<[string, Partial<EksFacts>, Partial<EksClusterConfig>, RegExp]>([
    ["no way in", {}, { publicCidrs: [], apiSources: ["10.8.0.0/16"] }, /only from a VPC that does not exist yet/],
    ["a cluster of another owner", { cluster: { ...cluster, ours: false } }, {}, /no stack of this name created it/],
    ["a deletion", { cluster: { ...cluster, status: "DELETING" } }, {}, /AWS is deleting it/],
    ["a failure", { cluster: { ...cluster, status: "FAILED" } }, {}, /AWS could not create it/],
    ["two versions at once", { cluster: { ...cluster, version: "1.33" } }, {}, /one minor version at a time/],
    ["a version without support", { versions: offered }, { kubernetesVersion: "1.33" }, /no standard support for 1.33/],
    ["an unknown version", { versions: offered }, { kubernetesVersion: "1.99" }, /no standard support/],
    ["a quota", { quotas: [{ name: "VPCs", used: 5, limit: 5 }] }, {}, /5 of 5 are used/],
  ])("%s is fatal", (_, more, over, words) => {
    const fatal = judgeEks({ ...facts, ...more }, { ...config, ...over }, now).filter(({ level }) => level === "fatal");
    expect(fatal.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
    expect(fatal[0]?.fix).toBeTruthy();
  });

  test.each<[string, Partial<EksFacts>, RegExp]>([
    ["an address that does not answer", { cluster: { ...cluster, reachable: false } }, /does not answer from here/],
    ["the end of support", { versions: offered }, /ends on 2027-01-15/],
    ["an upgrade by AWS", { cluster: { ...cluster, version: "1.36" } }, /AWS has upgraded it/],
  ])("%s is a warning", (_, more, words) => {
    const found = judgeEks({ ...facts, ...more }, config, now).filter(({ level }) => level !== "ok");
    expect(found).toEqual([expect.objectContaining({ level: "warning", message: expect.stringMatching(words) })]);
  });

  test("a private API server is accepted when it can be reached", () => {
    const found = judgeEks({ ...facts, cluster }, { ...config, publicCidrs: [], apiSources: ["10.8.0.0/16"] }, now);
    expect(found.every(({ level }) => level === "ok")).toBe(true);
  });

  test("an upgrade by AWS stays, a wanted upgrade happens", () => {
    expect(versionOf({ cluster: { ...cluster, version: "1.36" } }, config)).toBe("1.36");
    expect(versionOf({ cluster: { ...cluster, version: "1.34" } }, config)).toBe("1.35");
  });
});

describe("before the program declares anything", () => {
  test.each<[EksClusterConfig["network"], string, string]>([
    [{ kind: "own", cidr: "10.0.0.0/16" }, "from a VPC that the same run creates", "'eksPublicCidrs[0]' ADDRESS/32"],
    [{ kind: "given", subnetIds: ["subnet-1", "subnet-2"] }, "its security group admits nothing else", "eksApiSources"],
  ])("an API server that cannot be reached is rejected without asking AWS: %o", async (network, what, fix) => {
    const aws = new StandIn(fresh);
    const closed = { ...config, network, publicCidrs: [] };
    await expect(prepareEks("west", closed, { fetch: aws.fetch, credentials })).rejects.toMatchObject({
      what: expect.stringContaining(what),
      fix: expect.stringContaining(fix),
    });
    expect(aws.asked).toEqual([]);
  });

  test("a log group that EKS left gets the stack's tags and a retention", async () => {
    const arn = "arn:aws:logs:eu-central-1:1:log-group:/aws/eks/west/cluster";
    const aws = new StandIn({
      ...{ ...fresh, "logs ListTagsForResource": { tags: {} }, "logs PutRetentionPolicy": {}, "logs TagResource": {} },
      "servicequotas GetServiceQuota L-F678F1CE": quota(5),
      "logs DescribeLogGroups": { logGroups: [{ logGroupName: "/aws/eks/west/cluster", arn: `${arn}:*` }] },
    });
    const facts = await prepareEks("west", config, { fetch: aws.fetch, credentials });
    expect(facts.logGroup).toBe("claimed");
    expect(aws.sent.get("logs PutRetentionPolicy")).toEqual({
      logGroupName: "/aws/eks/west/cluster",
      retentionInDays: 90,
    });
    expect(aws.sent.get("logs TagResource")).toEqual({
      ...{ resourceArn: arn, tags: { team: "platform", "timonier:cluster": "west" } },
    });
  });

  test("the first fatal finding ends the run, and nothing is written", async () => {
    const aws = new StandIn(fresh);
    await expect(prepareEks("west", config, { fetch: aws.fetch, credentials })).rejects.toMatchObject({
      name: "UserError",
      where: "quota of VPCs",
    });
    expect(aws.asked.filter((name) => /Put|Tag/.test(name))).toEqual([]);
  });

  test("rejected credentials give one error with a fix", async () => {
    const aws = new StandIn({ "sts GetCallerIdentity": refuse(403, "ExpiredToken") });
    await expect(prepareEks("west", config, { fetch: aws.fetch, credentials })).rejects.toMatchObject({
      what: "AWS refuses these credentials: no (ExpiredToken)",
    });
  });
});

describe("doctor", () => {
  test("shows every finding, and an API server that cannot be reached", async () => {
    const { examineEks } = await import("../../../../../infra/cluster/eks/examine.js");
    const aws = new StandIn(fresh);
    const found = await examineEks("west", { ...config, publicCidrs: [] }, { fetch: aws.fetch, credentials });
    expect(found.map(({ subject, level }) => `${level} ${subject}`)).toEqual([
      "fatal settings eksPublicCidrs and eksApiSources",
      "ok AWS",
      "fatal EKS cluster",
      "ok Kubernetes version",
      "ok administrators",
      "ok quota of EKS clusters",
      "fatal quota of VPCs",
    ]);
  });

  test("shows what the stack costs in its region", async () => {
    const { examineEks } = await import("../../../../../infra/cluster/eks/examine.js");
    const product = (usagetype: string, ...prices: string[]) => {
      const priceDimensions = Object.fromEntries(prices.map((USD, at) => [at, { pricePerUnit: { USD } }]));
      return JSON.stringify({
        product: { attributes: { usagetype } },
        terms: { OnDemand: { x: { priceDimensions } } },
      });
    };
    const lists: Record<string, string[]> = {
      AmazonEKS: [
        product("EUC1-AmazonEKS-Hours:perCluster-Extended", "0.6"),
        product("EUC1-AmazonEKS-Hours:perCluster", "0.1"),
      ],
      AmazonEC2: [product("EUC1-NatGateway-Hours", "0.052")],
      AmazonVPC: [product("EUC1-PublicIPv4:InUseAddress", "0.0", "0.005")],
      awskms: [product("eu-central-1-KMS-Keys", "1.0")],
    };
    const aws = new StandIn(fresh);
    const asked: unknown[] = [];
    const priced: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      if (new URL(request.url).hostname !== "api.pricing.us-east-1.amazonaws.com") return aws.fetch(input, init);
      expect(request.headers.get("authorization")).toContain("/us-east-1/pricing/aws4_request");
      const body = JSON.parse(await request.text());
      asked.push(body.Filters[0]);
      return new Response(JSON.stringify({ PriceList: lists[body.ServiceCode] }));
    };
    const costs = async (over: Partial<EksClusterConfig>, ask: typeof fetch) =>
      (await examineEks("west", { ...config, ...over }, { fetch: ask, credentials })).filter(({ subject }) =>
        subject.startsWith("prices"),
      );
    expect(await costs({}, priced)).toEqual([
      {
        ...{ subject: "prices in eu-central-1", level: "ok" },
        message:
          "control plane 0.1 USD an hour, key 1 USD a month, NAT gateway 0.052 USD an hour, its address 0.005 USD an hour: about 116 USD a month before nodes, traffic and logs",
      },
    ]);
    expect(asked[0]).toEqual({ Type: "TERM_MATCH", Field: "regionCode", Value: "eu-central-1" });
    const given: Partial<EksClusterConfig> = { network: { kind: "given", subnetIds: ["subnet-1", "subnet-2"] } };
    expect((await costs(given, priced))[0]?.message).toMatch(/^control plane .* key 1 USD a month: about 74 USD/);
    // Without the permission, and in another partition, they are left out.
    expect(await costs({}, aws.fetch)).toEqual([]);
    expect(await costs({ region: "cn-north-1" }, priced)).toEqual([]);
  });

  test("says what AWS rejects", async () => {
    const { examineEks } = await import("../../../../../infra/cluster/eks/examine.js");
    const aws = new StandIn({ "sts GetCallerIdentity": refuse(403, "InvalidClientTokenId") });
    expect(await examineEks("west", config, { fetch: aws.fetch, credentials })).toMatchObject([
      { level: "fatal", message: "AWS refuses these credentials: no (InvalidClientTokenId)" },
    ]);
  });
});
