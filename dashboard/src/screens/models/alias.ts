const FOLLOW = new Set(["champion", "challenger", "current", "latest"]);

export type AliasFault = "wrong" | "reserved";

/** Whether a name follows from what a version is, so that nobody can give it or take it away. */
export function follows(alias: string): boolean {
  return FOLLOW.has(alias);
}

/** Say what is wrong with a name that shall be given; null: nothing. */
export function faultIn(alias: string): AliasFault | null {
  if (follows(alias)) return "reserved";
  return /^[a-z][a-z0-9_-]{0,62}$/.test(alias) ? null : "wrong";
}
