import { existsSync, readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import { isExpired } from "./http/auth.js";
import type { Layout } from "./layout.js";
import { dayAfter, longestLife } from "./model/expiry.js";
import { digest } from "./model/secrets.js";
import { nextId, type State } from "./model/server-state.js";
import type { User } from "./model/types/accounts.js";
import { addToken, newTokenValue } from "./tokens.js";

/** Tokens are replaced in their files when they have less life left than this, in days. */
const renewWithin = 30;

const users = [
  {
    username: "root",
    name: "Administrator",
    admin: true,
    scopes: ["api", "read_repository", "write_repository", "read_user", "sudo", "admin_mode"],
    file: (layout: Layout) => layout.rootToken,
  },
  {
    username: "maintainer",
    name: "Maintainer",
    admin: false,
    scopes: ["api", "read_repository", "write_repository", "read_user"],
    file: (layout: Layout) => layout.maintainerToken,
  },
] as const;

/**
 * Makes sure that the first users exist and that the tokens in their files work: on the first
 * start, and when a token nears its end. An old token works until it expires.
 */
export async function seedUsers(state: State, layout: Layout, now: Date): Promise<void> {
  for (const wanted of users) {
    const user = state.users.find(({ username }) => username === wanted.username) ?? addUser(state, wanted, now);
    const file = wanted.file(layout);
    let value = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    const known = state.tokens.find((token) => token.digest === digest(value));
    const soon = new Date(now.getTime() + renewWithin * 86_400_000);
    if (known && !known.revoked && !isExpired(known.expiresAt, soon)) continue;
    if (known || value === "") {
      value = newTokenValue();
      await writeFileAtomic(file, `${value}\n`, { mode: 0o600 });
    }
    const token = { name: "timonier", scopes: wanted.scopes, expiresAt: dayAfter(now, longestLife) };
    addToken(state, user, token, { owner: { kind: "user" }, value, now });
  }
}

function addUser(state: State, wanted: { username: string; name: string; admin: boolean }, now: Date): User {
  const { username, name, admin } = wanted;
  const user: User = {
    id: nextId(state, "user"),
    username,
    name,
    email: `${username}@example.com`,
    state: "active",
    admin,
    bot: false,
    namespaceId: nextId(state, "namespace"),
    createdAt: now.toISOString(),
  };
  state.users.push(user);
  return user;
}
