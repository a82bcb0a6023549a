import { digest, newSecret } from "../model/secrets.js";

/** Longest life of a session of a browser, in milliseconds: a working day. */
const sessionLife = 12 * 3_600_000;

/** Life of a link that signs in, in milliseconds. */
const linkLife = 10 * 60_000;

/** Largest number of sessions; the oldest is removed first. */
const most = 1_000;

interface Entry {
  /** The access token of the sign-in; the session ends with it. */
  readonly tokenId: number;
  readonly until: number;
}

/** Sessions of browsers. They are in memory only: after a restart of the server users sign in again. */
export interface Sessions {
  /** A session for a token. @returns the cookie's value */
  open(tokenId: number, now: Date): string;
  /** The token of a session; undefined once it has ended. */
  tokenOf(session: string, now: Date): number | undefined;
  close(session: string): void;
  /** A secret that signs in once. @returns its value and the moment until which it works */
  issueLink(tokenId: number, now: Date): { readonly secret: string; readonly until: Date };
  /** The token that a link would sign in with. */
  linkOf(secret: string, now: Date): number | undefined;
  /** The same, and the link is used up. */
  redeem(secret: string, now: Date): number | undefined;
}

/** An empty set of sessions. Values are random, so that they can be found by their digests in constant time. */
export function noSessions(): Sessions {
  const sessions = new Map<string, Entry>();
  const links = new Map<string, Entry>();
  const look = (map: Map<string, Entry>, value: string, now: Date) => {
    const entry = map.get(digest(value));
    if (entry && entry.until > now.getTime()) return entry.tokenId;
    map.delete(digest(value));
    return undefined;
  };
  const keep = (map: Map<string, Entry>, entry: Entry) => {
    const value = newSecret("");
    map.set(digest(value), entry);
    const [oldest] = map.keys();
    if (map.size > most && oldest !== undefined) map.delete(oldest);
    return value;
  };
  return {
    open: (tokenId, now) => keep(sessions, { tokenId, until: now.getTime() + sessionLife }),
    tokenOf: (session, now) => look(sessions, session, now),
    close: (session) => void sessions.delete(digest(session)),
    issueLink(tokenId, now) {
      const until = new Date(now.getTime() + linkLife);
      return { secret: keep(links, { tokenId, until: until.getTime() }), until };
    },
    linkOf: (secret, now) => look(links, secret, now),
    redeem(secret, now) {
      const tokenId = look(links, secret, now);
      links.delete(digest(secret));
      return tokenId;
    },
  };
}
