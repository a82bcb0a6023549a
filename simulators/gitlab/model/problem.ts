/**
 * An answer that is not a success, with the body that GitLab gives.
 *
 * @see https://docs.gitlab.com/api/rest/troubleshooting/
 */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${status} ${JSON.stringify(body)}`);
  }
}

/** `{"message": …}` with any status. */
export const problem = (status: number, message: unknown) => new Problem(status, { message });

/** 404; `what` is the object's kind as GitLab writes it: `Project`, `Branch`, `Deploy Token`. */
export const notFound = (what?: string) => problem(404, what ? `404 ${what} Not Found` : "404 Not Found");

/** 403 for a user whose role does not suffice. */
export const forbidden = (reason?: string) => problem(403, reason ? `403 Forbidden - ${reason}` : "403 Forbidden");

/** 401: no token, or an unknown one. */
export const unauthorized = () => problem(401, "401 Unauthorized");

/** 400 with GitLab's prefix. */
export const badRequest = (reason: string) => problem(400, `400 Bad request - ${reason}`);

/** 400: errors of single attributes, `{path: ["has already been taken"]}`. */
export const invalid = (errors: Readonly<Record<string, readonly string[]>>) => problem(400, errors);

/** `{"error": …}`: what the parameter layer and unknown routes answer. */
export const apiError = (status: number, error: string) => new Problem(status, { error });

/** 403 for a token that is too narrow. */
export const insufficientScope = (scopes: readonly string[]) =>
  new Problem(403, {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope: scopes.join(" "),
  });

/** 401 for a token that once worked. */
export const deadToken = (why: "expired" | "revoked") =>
  new Problem(401, {
    error: "invalid_token",
    error_description:
      why === "expired"
        ? "Token is expired. You can either do re-authorization or token refresh."
        : "Token was revoked. You have to re-authorize from the user.",
  });
