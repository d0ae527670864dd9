import { queryOptions } from "@tanstack/react-query";

import { api, given } from "./client";

/** The federation in one look, for a task; undefined: the director's first. */
export function overviewQuery(task: string | undefined) {
  return queryOptions({
    queryKey: ["overview", task],
    queryFn: () => given(api.GET("/overview", { params: { query: task === undefined ? {} : { task } } })),
  });
}
