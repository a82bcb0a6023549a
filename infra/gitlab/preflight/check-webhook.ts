import { isLocalAddress } from "@timonier/kit/local-address";
import type { Finding } from "../../finding.js";
import type { Facts, Wanted } from "./gitlab-facts.js";

/** Host names that only a private network resolves. */
const privateName = /^(localhost|.*\.(localhost|local|internal|svc))$/i;

/** Checks whether GitLab may call the webhook's URL. */
export function checkWebhook({ localWebhooks, url }: Facts, { webhookUrl }: Wanted): Finding | undefined {
  if (webhookUrl === undefined) return undefined;
  const subject = "webhook's address";
  const { hostname, protocol } = new URL(webhookUrl);
  const local = privateName.test(hostname) || isLocalAddress(hostname.replace(/^\[|\]$/g, ""));
  if (local && (localWebhooks === false || new URL(url).hostname === "gitlab.com")) {
    return {
      subject,
      level: "fatal",
      message: `${hostname} is in a private network, which this GitLab does not call`,
      fix: "its administrator allows it under Admin > Settings > Network > Outbound requests; or: pulumi config rm webhookUrl",
    };
  }
  if (local && localWebhooks === undefined) {
    return {
      subject,
      level: "warning",
      message: `${hostname} is in a private network; this token cannot see whether GitLab may call it`,
      fix: "ask its administrator: Admin > Settings > Network > Outbound requests",
    };
  }
  if (protocol === "http:") {
    return {
      subject,
      level: "warning",
      message: `${webhookUrl} is not encrypted: others can read the webhook's secret`,
      fix: "use https",
    };
  }
  return { subject, level: "ok", message: webhookUrl };
}
