import type { Schemas } from "../../api/client";

/** Whether a token holds and no other has taken its place. */
export function isInUse({ revoked_at, successor_id, expires_at }: Schemas["TokenDescription"], now: number): boolean {
  return revoked_at === null && successor_id === null && Date.parse(expires_at) > now;
}

