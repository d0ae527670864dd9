import { useNavigate, useSearch } from "@tanstack/react-router";

import type { Filters } from "./router";

/** Give the URL's filters, and a function that changes some of them; undefined takes one away. */
export function useFilters(): [Filters, (change: Filters) => void] {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  return [
    filters,
    (change) => {
      const chosen = Object.entries({ ...filters, ...change }).filter(([, value]) => value);
      const search: Filters = Object.fromEntries(chosen);
      void navigate({ to: ".", search, replace: true });
    },
  ];
}
