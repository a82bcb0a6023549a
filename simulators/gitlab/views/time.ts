/** A time of Git's in the API's notation: milliseconds are always written. */
export function apiTime(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?=[Z+-])/, "$1.000");
}
