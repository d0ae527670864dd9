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

/** Pages within a place that take more than the place does. */
const WITHIN: Readonly<Record<string, string>> = {
  "/hospitals/add": "add_envoy",
  "/runs/open": "open_run",
  "/models/compare": "compare_global_models",
};

/** Tell whether what is at a path is for somebody who may do these operations: a link may have been shared. */
export function isOpenTo(pathname: string, operations: readonly string[]): boolean {
  const needed = WITHIN[pathname.replace(/\/+$/, "")] ?? placeOf(pathname)?.operation;
  return needed === undefined || operations.includes(needed);
}

/** Give the places that somebody who may do these operations is shown. */
export function placesOf(operations: readonly string[]): Place[] {
  return PLACES.filter(({ operation }) => operations.includes(operation));
}
