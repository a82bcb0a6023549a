import type { ComponentChildren } from "preact";
import { Person, When } from "./parts.js";
import type { Shown } from "./shown.js";
import { links } from "./visit.js";

/** One line of a merge request's activity. */
export interface ShownEvent {
  /** Moment, and what keeps two of one moment apart. */
  readonly at: string;
  readonly node: ComponentChildren;
}

/** What happened to a merge request beside its comments: opened, pushed to, approved, closed, merged. */
export function eventsOf({ visit, project, request }: Shown): ShownEvent[] {
  const { state, now } = visit.call;
  const to = links(visit, project);
  const event = (at: string, key: string, userId: number | null, text: ComponentChildren): ShownEvent => ({
    at: `${at} ${key}`,
    node: (
      <p class="event muted">
        {userId !== null && <Person user={state.users.find(({ id }) => id === userId)} />} {text}{" "}
        <When at={at} now={now} />
      </p>
    ),
  });
  const [, ...pushes] = request.versions ?? [];
  return [
    event(request.createdAt, "", request.authorId, "opened this merge request"),
    ...pushes.map(({ sha, createdAt }) =>
      event(
        createdAt,
        sha,
        null,
        <>
          The source branch moved to{" "}
          <a class="sha" href={to.commit(sha)}>
            {sha.slice(0, 8)}
          </a>
        </>,
      ),
    ),
    ...request.approvedBy.map(({ userId, at }) =>
      event(at, `approved ${userId}`, userId, "approved this merge request"),
    ),
    ...(request.closedAt && request.state === "closed"
      ? [event(request.closedAt, "closed", request.closedBy, "closed this merge request")]
      : []),
    ...(request.mergedAt ? [event(request.mergedAt, "merged", request.mergedBy, "merged this merge request")] : []),
  ];
}
