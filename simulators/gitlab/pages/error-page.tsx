import { at, type PageAnswer, type Visit } from "./visit.js";

const explained: Readonly<Record<number, string>> = {
  403: "You are not allowed to do that.",
  404: "The page could not be found, or you don't have permission to view it.",
  500: "Something went wrong on our end; the server's log says what.",
};

/** A page that says what is wrong. */
export function errorPage(visit: Visit, status: number, words: string | undefined): PageAnswer {
  const explanation = explained[status];
  return {
    kind: "page",
    title: String(status),
    status,
    body: (
      <section class="error-page">
        <h1>{status}</h1>
        {explanation && <p>{explanation}</p>}
        {words && words !== explanation && <p class="muted">{words}</p>}
        <p>
          <a href={at(visit, "/")}>Projects</a>
        </p>
      </section>
    ),
  };
}
