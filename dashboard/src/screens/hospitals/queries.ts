import { queryOptions } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { everyItem, pagesQuery } from "../../api/queries";

export function hospitalQuery(envoy: string) {
  return queryOptions({
    queryKey: ["hospitals", "one", envoy],
    queryFn: () => given(api.GET("/envoys/{envoy_name}", { params: { path: { envoy_name: envoy } } })),
  });
}

export function courseQuery(envoy: string, task: string | undefined) {
  return queryOptions({
    queryKey: ["hospitals", "one", envoy, "course", task],
    queryFn: () =>
      given(api.GET("/envoys/{envoy_name}/course", { params: { path: { envoy_name: envoy }, query: task === undefined ? {} : { task } } })),
  });
}

export function receivedQuery(envoy: string) {
  return pagesQuery(["hospitals", "one", envoy, "received"], (cursor) =>
    given(api.GET("/envoys/{envoy_name}/received", { params: { path: { envoy_name: envoy }, query: { cursor } } })),
  );
}

export function submissionsQuery(envoy: string) {
  return pagesQuery(["submissions", { envoy_name: envoy }], (cursor) =>
    given(api.GET("/submissions", { params: { query: { envoy_name: envoy, cursor } } })),
  );
}

export function logQuery(submission: string) {
  return queryOptions({
    // what was uploaded stays as it is
    queryKey: ["submissions", submission, "log"],
    staleTime: Infinity,
    queryFn: () => given(api.GET("/submissions/{submission_id}/log", { params: { path: { submission_id: submission } } })),
  });
}

export function ladderQuery(n: number) {
  return queryOptions({
    queryKey: ["runs", "ladder", n],
    queryFn: () => given(api.GET("/rounds/{n}/ladder", { params: { path: { n } } })),
  });
}

export function tokensQuery(envoy: string) {
  return queryOptions({
    queryKey: ["tokens", { envoy_name: envoy, role: "hospital" }],
    queryFn: () =>
      everyItem((cursor) => given(api.GET("/tokens", { params: { query: { envoy_name: envoy, role: "hospital" as const, cursor } } }))),
  });
}
