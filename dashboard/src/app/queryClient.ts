import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { pollInterval } from "../api/live";
import { ProblemError } from "../api/problems";
import { sessionQuery } from "../api/session";

/** Errors that asking again does not mend: the director understood, and refused. */
function isFinal(error: Error): boolean {
  return error instanceof ProblemError && error.status < 500 && error.status !== 429;
}

/** Tell whether a refusal says that the session is no longer the one that the page knows. */
export function isOfSession(error: Error): boolean {
  return error instanceof ProblemError && (error.status === 401 || error.code === "csrf_token_missing");
}

/** Ask who is signed in: the session has ended, or is another one's, as by another window. */
function onError(error: Error): void {
  if (isOfSession(error)) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (times, error) => !isFinal(error) && times < 2,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      refetchInterval: pollInterval,
    },
  },
});
