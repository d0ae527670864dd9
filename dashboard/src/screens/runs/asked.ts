import { queryOptions } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";

/** What these screens ask the director for. */

/** Of the topic of runs: what a round does may change whether a stop is safe. */
export const quiescenceQuery = queryOptions({
  queryKey: ["runs", "quiescence"],
  queryFn: () => given(api.GET("/quiescence")),
});

export const runsQuery = (task?: string) =>
  pagesQuery(["runs", "list", task ?? ""], (cursor) => given(api.GET("/runs", { params: { query: { task, cursor } } })));

/** The newest run of a task, if there is one: the only one that can still be open. */
export const newestRunQuery = (task: string) =>
  queryOptions({
    queryKey: ["runs", "newest", task],
    queryFn: () => given(api.GET("/runs", { params: { query: { task, limit: 1 } } })),
    select: ({ items }) => items[0] ?? null,
  });

export const runQuery = (run: number) =>
  queryOptions({
    queryKey: ["runs", "one", run],
    queryFn: () => given(api.GET("/runs/{run}", { params: { path: { run } } })),
  });

const ROUNDS_A_PAGE = 10;

export const roundsQuery = (run: number) =>
  pagesQuery(["runs", "rounds", run], (cursor) =>
    given(api.GET("/runs/{run}/rounds", { params: { path: { run }, query: { limit: ROUNDS_A_PAGE, cursor } } })),
  );

const LOOK_AGAIN_MS = 15_000;

/** Who was seen lately, and whose upload is on its way, are no events: while a round is open it is looked at again. */
export const ladderQuery = (n: number, isOpen: boolean) =>
  queryOptions({
    queryKey: ["runs", "ladder", n],
    queryFn: () => given(api.GET("/rounds/{n}/ladder", { params: { path: { n } } })),
    ...(isOpen ? { refetchInterval: LOOK_AGAIN_MS } : {}),
  });
