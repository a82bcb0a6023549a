const mark = /^\s*(\[draft\]|\(draft\)|draft:|draft\s-\s)\s*/i;

/** A title that says "not yet". @see https://docs.gitlab.com/user/project/merge_requests/drafts/ */
export function isDraft(title: string): boolean {
  return mark.test(title);
}

/** A title without the prefix of a draft. */
export function readyTitle(title: string): string {
  return title.replace(mark, "");
}
