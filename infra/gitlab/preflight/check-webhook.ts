import { BlockList, isIPv4 } from "node:net";
import type { Finding } from "../../finding.js";
import type { Facts, Wanted } from "./facts.js";

/** Names and addresses of private networks, which GitLab calls only where its administrator allows it. */
const privateHost = /^(localhost|.*\.(localhost|local|internal|svc)|\[(::1|f[cde].*)\])$/i;
const privateAddresses = new BlockList();
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["0.0.0.0", 8],
] as const) {
  privateAddresses.addSubnet(net, bits);
}

/** Whether GitLab may call the address that it is to call. */
export function checkWebhook({ localWebhooks, url }: Facts, { webhookUrl }: Wanted): Finding | undefined {
  if (webhookUrl === undefined) return undefined;
  const subject = "webhook's address";
  const { hostname, protocol } = new URL(webhookUrl);
  const local = privateHost.test(hostname) || (isIPv4(hostname) && privateAddresses.check(hostname));
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
