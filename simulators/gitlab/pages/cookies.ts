import type { Context } from "../http/server-context.js";

/** Cookies know no ports: two servers on one machine would take each other's without theirs in the name. */
export function cookieNames({ url }: Context): { readonly session: string; readonly csrf: string } {
  const { port } = new URL(url);
  return { session: `timonier_session_${port}`, csrf: `timonier_csrf_${port}` };
}

/** No script reads them, no other site's form sends them, no plain connection carries them. */
export function cookieOptions({ settings }: Context) {
  return {
    path: settings.prefix === "" ? "/" : settings.prefix,
    httpOnly: true,
    sameSite: "lax",
    secure: settings.tls,
  } as const;
}
