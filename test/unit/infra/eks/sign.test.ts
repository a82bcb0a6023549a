import { expect, test } from "vitest";
import { presign, signHeaders } from "../../../../infra/cluster/eks/aws/sign.js";
import { eksToken, execCredential } from "../../../../infra/cluster/eks/aws/token.js";

// The first two have the signatures that AWS publishes for exactly these requests.

test("a request's headers are signed as in AWS's test suite", () => {
  const scope = {
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
    ...{ region: "us-east-1", service: "service", now: new Date("2015-08-30T12:36:00Z") },
  };
  const request = { method: "GET" as const, url: new URL("https://example.amazonaws.com/"), headers: {}, body: "" };
  expect(signHeaders(request, scope)).toEqual({
    "x-amz-date": "20150830T123600Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  });
});

test("a URL is presigned as in AWS's example for S3", () => {
  const scope = {
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
    ...{ region: "us-east-1", service: "s3", now: new Date("2013-05-24T00:00:00Z") },
  };
  const url = new URL("https://examplebucket.s3.amazonaws.com/test.txt");
  const signed = presign({ url, headers: {} }, scope, 86_400, "UNSIGNED-PAYLOAD");
  expect(signed.searchParams.get("X-Amz-Signature")).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

test("an EKS token is a presigned question of who asks, bound to the cluster", () => {
  const credentials = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "s", sessionToken: "a/b+c=" };
  const now = new Date("2026-11-29T10:00:00.500Z");
  const made = eksToken({ credentials, cluster: "west", region: "eu-central-1", now });
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

test("a token does not outlive the keys that signed it", () => {
  const expiration = Date.parse("2026-11-29T10:05:00Z");
  const credentials = { accessKeyId: "A", secretAccessKey: "s", expiration };
  const now = new Date("2026-11-29T10:00:00Z");
  expect(eksToken({ credentials, cluster: "west", region: "cn-north-1", now }).expires).toBe(expiration);
});
