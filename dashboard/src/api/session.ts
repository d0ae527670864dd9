import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given, rememberCsrfToken, type Schemas } from "./client";
import { ProblemError } from "./problems";

export type Session = Schemas["SessionDescription"];

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      const session = await given(api.GET("/session"));
      rememberCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: false,
});

/** Whoever looks at a screen is signed in: the frame shows no screen to anybody else. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("nobody is signed in");
  return data;
}

/** Tell whether the signed-in person may do an operation, by its name in the interface document. */
export function useMay(): (operation: string) => boolean {
  const { operations } = useSession();
  return (operation) => operations.includes(operation);
}

/** Sign out, here or everywhere; nothing that was read stays behind. */
export function useSignOut(): (everywhere: boolean) => Promise<void> {
  const client = useQueryClient();
  return async (everywhere) => {
    await given(api.DELETE("/session", { params: { query: { everywhere } } }));
    rememberCsrfToken("");
    client.clear();
    client.setQueryData(sessionQuery.queryKey, null);
  };
}
