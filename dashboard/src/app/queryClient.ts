import { QueryClient } from "@tanstack/react-query";

import { pollInterval } from "../api/live";
import { ProblemError } from "../api/problems";

/** Errors that asking again does not mend: the director understood, and refused. */
function isFinal(error: Error): boolean {
  return error instanceof ProblemError && error.status < 500 && error.status !== 429;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (times, error) => !isFinal(error) && times < 2,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      refetchInterval: pollInterval,
    },
  },
});
