import { words } from "../words/words";

export interface Place {
  to: string;
  label: string;
  /** The operation without which the place is empty: who may not do it isn't shown it. */
  operation: string;
}

const { nav } = words.common;

export const PLACES: readonly Place[] = [
  { to: "/", label: nav.overview, operation: "get_overview" },
  { to: "/hospitals", label: nav.hospitals, operation: "list_envoys" },
  { to: "/submissions", label: nav.submissions, operation: "list_submissions" },
  { to: "/aggregate", label: nav.aggregate, operation: "aggregate" },
  { to: "/runs", label: nav.runs, operation: "list_runs" },
  { to: "/models", label: nav.models, operation: "list_lineage" },
  { to: "/patient", label: nav.patient, operation: "infer_global" },
  { to: "/approvals", label: nav.approvals, operation: "list_proposals" },
  { to: "/audit", label: nav.audit, operation: "list_audit" },
  { to: "/tokens", label: nav.tokens, operation: "list_tokens" },
  { to: "/roles", label: nav.roles, operation: "get_permissions" },
  { to: "/system", label: nav.system, operation: "get_system" },
];

/** Give the place that a path belongs to; undefined: none of them. */
export function placeOf(pathname: string): Place | undefined {
  return PLACES.find(({ to }) => pathname === to || (to !== "/" && pathname.startsWith(`${to}/`)));
}

/** Give the places that somebody who may do these operations is shown. */
export function placesOf(operations: readonly string[]): Place[] {
  return PLACES.filter(({ operation }) => operations.includes(operation));
}
