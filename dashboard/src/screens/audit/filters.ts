import type { Filters } from "../../app/router";

/** What the audit is filtered by, all of it in the URL. */
export interface AuditFilters {
  act?: string;
  actor?: string;
  subject?: string;
  /** A moment as ISO 8601, in UTC. */
  since?: string;
}

export const NAMES = ["act", "actor", "subject", "since"] as const;

/** Read the audit's filters out of a URL's; a moment that is none is left out. */
export function auditFilters(filters: Filters): AuditFilters {
  const { act, actor, subject, since } = filters;
  const isMoment = since !== undefined && !Number.isNaN(Date.parse(since));
  return {
    ...(act ? { act } : {}),
    ...(actor ? { actor } : {}),
    ...(subject ? { subject } : {}),
    ...(isMoment ? { since: new Date(since).toISOString() } : {}),
  };
}

/** Write a moment as a field of the browser takes it: local time to the minute. */
export function asLocal(since: string | undefined): string {
  if (since === undefined) return "";
  const moment = new Date(since);
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Read what stands in such a field; undefined: nothing, or no moment. */
export function asMoment(local: string): string | undefined {
  const moment = Date.parse(local);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}
