import type { Context } from "../http/server-context.js";

/** The port is in the names because browsers share cookies between the ports of one host. */
export function cookieNames({ url }: Context): { readonly session: string; readonly csrf: string } {
  const { port } = new URL(url);
  return { session: `timonier_session_${port}`, csrf: `timonier_csrf_${port}` };
}

/** Not readable by scripts, not sent with forms of other sites, and not sent over plain HTTP where TLS is on. */
export function cookieOptions({ settings }: Context) {
  return {
    path: settings.prefix === "" ? "/" : settings.prefix,
    httpOnly: true,
    sameSite: "lax",
    secure: settings.tls,
  } as const;
}
