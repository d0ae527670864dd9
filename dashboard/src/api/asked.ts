import { queryOptions } from "@tanstack/react-query";

import { api, given } from "./client";
import { everyItem } from "./queries";

/** What more than one screen asks the director for: asked once, whoever needs it. */

const MOST = 200;

/** The task that the director takes where none is named. */
export const DEFAULT_TASK = "diagnosis_count";

/** All hospitals that whoever asks may see; there are hundreds at most. */
export const hospitalsQuery = queryOptions({
  queryKey: ["hospitals", "list"],
  queryFn: () => everyItem((cursor) => given(api.GET("/envoys", { params: { query: { cursor, limit: MOST } } }))),
});

/** Their names alone. */
export const hospitalNamesQuery = queryOptions({
  ...hospitalsQuery,
  select: (hospitals) => hospitals.map(({ envoy_name }) => envoy_name),
});

export const tasksQuery = queryOptions({
  queryKey: ["tasks", "list"],
  queryFn: () => given(api.GET("/tasks")),
  select: ({ items }) => items,
});

export const strategiesQuery = queryOptions({
  queryKey: ["system", "strategies"],
  queryFn: () => given(api.GET("/strategies")),
  select: ({ items }) => items,
});

export const systemQuery = queryOptions({
  queryKey: ["system", "state"],
  queryFn: () => given(api.GET("/system")),
});
