import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { Frame } from "./Frame";
import { NotFound } from "./NotFound";

/** Filters live in the URL, so that what is seen can be shared; each screen reads the ones that it knows. */
export type Filters = Record<string, string | undefined>;

/** Take what stands in a URL as filters: texts alone. */
export function filtersOf(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" || typeof value === "number") filters[name] = String(value);
  }
  return filters;
}

/** Write filters as they stand in a URL. */
export function stringifySearch(search: Record<string, unknown>): string {
  const written = new URLSearchParams(filtersOf(search) as Record<string, string>).toString();
  return written === "" ? "" : `?${written}`;
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, validateSearch: filtersOf });

function screen<const P extends string, M extends Record<string, unknown>>(
  path: P,
  load: () => Promise<M>,
  name: keyof M & string,
) {
  return createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, name) });
}

const routes = root.addChildren([
  screen("/", () => import("../screens/overview/OverviewScreen"), "OverviewScreen"),
  screen("/hospitals", () => import("../screens/hospitals/HospitalsScreen"), "HospitalsScreen"),
  screen("/hospitals/add", () => import("../screens/hospitals/AddHospitalScreen"), "AddHospitalScreen"),
  screen("/hospitals/$envoy", () => import("../screens/hospitals/HospitalScreen"), "HospitalScreen"),
  screen("/submissions", () => import("../screens/submissions/SubmissionsScreen"), "SubmissionsScreen"),
  screen("/submissions/$id", () => import("../screens/submissions/SubmissionScreen"), "SubmissionScreen"),
  screen("/aggregate", () => import("../screens/aggregate/AggregateScreen"), "AggregateScreen"),
  screen("/runs", () => import("../screens/runs/RunsScreen"), "RunsScreen"),
  screen("/runs/open", () => import("../screens/runs/OpenRunScreen"), "OpenRunScreen"),
  screen("/runs/$run", () => import("../screens/runs/RunScreen"), "RunScreen"),
  screen("/models", () => import("../screens/models/ModelsScreen"), "ModelsScreen"),
  screen("/models/compare", () => import("../screens/models/CompareScreen"), "CompareScreen"),
  screen("/models/$version", () => import("../screens/models/ModelScreen"), "ModelScreen"),
  screen("/patient", () => import("../screens/patient/PatientScreen"), "PatientScreen"),
  screen("/approvals", () => import("../screens/approvals/ApprovalsScreen"), "ApprovalsScreen"),
  screen("/audit", () => import("../screens/audit/AuditScreen"), "AuditScreen"),
  screen("/tokens", () => import("../screens/tokens/TokensScreen"), "TokensScreen"),
  screen("/roles", () => import("../screens/tokens/RolesScreen"), "RolesScreen"),
  screen("/system", () => import("../screens/system/SystemScreen"), "SystemScreen"),
  screen("/sign-in", () => import("../screens/sign-in/SignInScreen"), "SignInScreen"),
]);

export const router = createRouter({
  routeTree: routes,
  basepath: "/dashboard",
  defaultPreload: "intent",
  scrollRestoration: true,
  // plain texts, as a person would write them: the library's own form puts quotes around "1"
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
