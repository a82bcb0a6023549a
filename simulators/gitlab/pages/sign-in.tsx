import { checkKnownToken, checkToken } from "../http/auth.js";
import { scopesForMethod, suffices } from "../model/scopes.js";
import type { User } from "../model/types/accounts.js";
import { localPath } from "./page-address.js";
import { Form } from "./parts.js";
import { at, field, get, type PageAnswer, type PageRoute, post, type Visit } from "./visit.js";

/** Signing in with a personal access token, or by a link that `timonier open` prints; signing out. */
export const signInPages: readonly PageRoute[] = [
  { ...get("/users/sign_in", show), everybody: true },
  { ...post("/users/sign_in", signIn), everybody: true },
  {
    ...post("/users/sign_out", (visit) => {
      visit.signOut();
      return { kind: "redirect", to: at(visit, "/users/sign_in") };
    }),
    everybody: true,
  },
];

function show(visit: Visit): PageAnswer {
  const link = field(visit, "link");
  if (link === undefined) return visit.call.caller ? { kind: "redirect", to: goal(visit) } : page(visit);
  const user = userOfLink(visit, link);
  return user ? page(visit, { user, link }) : page(visit, undefined, "This link has expired or was used already.");
}

/** A link is used up by its form, not by being looked at: programs that look at links before people do no harm. */
function signIn(visit: Visit): PageAnswer {
  const { context, state, now } = visit.call;
  const link = field(visit, "link");
  if (link !== undefined) {
    const tokenId = userOfLink(visit, link) && context.sessions.redeem(link, now);
    if (tokenId === undefined) return page(visit, undefined, "This link has expired or was used already.");
    visit.signIn(tokenId);
    return { kind: "redirect", to: goal(visit) };
  }
  const check = checkToken(state, (field(visit, "token") ?? "").trim(), now);
  if (!check.ok) return page(visit, undefined, "Invalid token.");
  const { token, user } = check.caller;
  if (user.bot || !suffices(token.scopes, scopesForMethod("GET"))) {
    return page(visit, undefined, "Signing in needs a user's personal access token with the scope api or read_api.");
  }
  token.lastUsedAt = now.toISOString();
  visit.signIn(token.id);
  return { kind: "redirect", to: goal(visit) };
}

const goal = (visit: Visit) => localPath(field(visit, "to")) ?? at(visit, "/dashboard/projects");

function userOfLink({ call }: Visit, link: string): User | undefined {
  const id = call.context.sessions.linkOf(link, call.now);
  const token = call.state.tokens.find((each) => each.id === id);
  const check = token && checkKnownToken(call.state, token, call.now);
  return check?.ok && !check.caller.user.bot ? check.caller.user : undefined;
}

function page(visit: Visit, offered?: { user: User; link: string }, refusal?: string): PageAnswer {
  const to = localPath(field(visit, "to"));
  return {
    kind: "page",
    title: "Sign in",
    status: refusal === undefined ? 200 : 401,
    ...(refusal !== undefined && { refusal }),
    body: (
      <section class="narrow">
        <h1>Sign in</h1>
        <Form visit={visit} action={at(visit, "/users/sign_in")} class="stack">
          {to && <input type="hidden" name="to" value={to} />}
          {offered ? (
            <>
              <input type="hidden" name="link" value={offered.link} />
              <button type="submit">Sign in as {offered.user.username}</button>
            </>
          ) : (
            <>
              <label>
                Personal access token
                <input type="password" name="token" required autoComplete="off" spellcheck={false} />
              </label>
              <button type="submit">Sign in</button>
              <p class="muted">
                On your own machine, <code>npx timonier open</code> prints a link that signs you in.
              </p>
            </>
          )}
        </Form>
      </section>
    ),
  };
}
