import { expect, test } from "vitest";
import { signHeaders } from "../../../../../../infra/cluster/eks/aws/sign.js";
import { eksToken, execCredential } from "../../../../../../infra/cluster/eks/aws/token.js";

test("a request's headers are signed as in AWS's test suite", async () => {
  const scope = {
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
    ...{ region: "us-east-1", service: "service", now: new Date("2015-08-30T12:36:00Z") },
  };
  const request = { method: "GET" as const, url: new URL("https://example.amazonaws.com/"), headers: {}, body: "" };
  expect(await signHeaders(request, scope)).toEqual({
    host: "example.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  });
});

test("an EKS token is a presigned question of who asks, bound to the cluster", async () => {
  const credentials = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "s", sessionToken: "a/b+c=" };
  const now = new Date("2026-11-29T10:00:00.500Z");
  const made = await eksToken({ credentials, cluster: "west", region: "eu-central-1", now });
  const url = new URL(Buffer.from(made.token.replace(/^k8s-aws-v1\./, ""), "base64url").toString());
  expect(url.origin).toBe("https://sts.eu-central-1.amazonaws.com");
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    ...{ Action: "GetCallerIdentity", Version: "2011-06-15", "X-Amz-Expires": "60" },
    "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
    "X-Amz-Security-Token": "a/b+c=",
    "X-Amz-Credential": "ASIAEXAMPLE/20261129/eu-central-1/sts/aws4_request",
  });
  expect(made.token).not.toMatch(/[+/=]/);
  expect(JSON.parse(execCredential(made))).toMatchObject({
    kind: "ExecCredential",
    status: { token: made.token, expirationTimestamp: "2026-11-29T10:14:00Z" },
  });
});

test("a token does not outlive the keys that signed it", async () => {
  const expiration = new Date("2026-11-29T10:05:00Z");
  const credentials = { accessKeyId: "A", secretAccessKey: "s", expiration };
  const now = new Date("2026-11-29T10:00:00Z");
  const made = await eksToken({ credentials, cluster: "west", region: "cn-north-1", now });
  expect(made.expires).toBe(expiration.getTime());
});
