/** Tell whether a place to go to is a path of ours: a link may have come from anywhere. */
export function isOurs(to: string): boolean {
  return /^\/(?![/\\])/.test(to);
}
