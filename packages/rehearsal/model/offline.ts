/** An address without a listener. An offline rehearsal uses it as every proxy. */
export const NOWHERE = "127.9.9.9:9";

/** The outcome, with another message for a source that failed only because the rehearsal runs offline. */
export function offlineInWords<T extends object>(outcome: T): T {
  const message = "message" in outcome ? String(outcome.message) : "";
  if (!message.includes(NOWHERE)) return outcome;
  const [subject] = /^(?:[A-Z][A-Za-z]+ \S+\/\S+: )*/.exec(message) ?? [""];
  return { ...outcome, message: `${subject}the rehearsal runs offline, so nothing outside of this machine is read` };
}
