import { isLocalAddress } from "@timonier/kit/local-address";
import type { Finding } from "../../finding.js";
import type { Facts, Wanted } from "./gitlab-facts.js";

/** Names that only a private network resolves. */
const privateName = /^(localhost|.*\.(localhost|local|internal|svc))$/i;

/** Whether GitLab may call the address that it is to call. */
export function checkWebhook({ localWebhooks, url }: Facts, { webhookUrl }: Wanted): Finding | undefined {
  if (webhookUrl === undefined) return undefined;
  const subject = "webhook's address";
  const { hostname, protocol } = new URL(webhookUrl);
  const local = privateName.test(hostname) || isLocalAddress(hostname.replace(/^\[|\]$/g, ""));
  if (local && (localWebhooks === false || new URL(url).hostname === "gitlab.com")) {
    return {
      subject,
      level: "fatal",
      message: `${hostname} is in a private network, where this GitLab does not call`,
      fix: "its administrator allows it under Admin > Settings > Network > Outbound requests; or: pulumi config rm webhookUrl",
    };
  }
  if (local && localWebhooks === undefined) {
    return {
      subject,
      level: "warning",
      message: `${hostname} is in a private network; whether GitLab may call there is not for this token to know`,
      fix: "ask its administrator: Admin > Settings > Network > Outbound requests",
    };
  }
  if (protocol === "http:") {
    return {
      subject,
      level: "warning",
      message: `${webhookUrl} is not encrypted: its secret can be read on the way`,
      fix: "use https",
    };
  }
  return { subject, level: "ok", message: webhookUrl };
}
