import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given, rememberCsrfToken, type Schemas } from "./client";
import { ProblemError } from "./problems";

export type Session = Schemas["SessionDescription"];

/** Tell whether the director refused because nobody is signed in any more. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

const KEY = ["session"] as const;

/** Tell two people apart, and one person with two roles. */
export function whoIs({ role, person, envoy_name, token_id }: Session): string {
  return JSON.stringify(person === null ? [role, envoy_name, token_id] : [role, envoy_name, person]);
}

async function signedIn(): Promise<Session | null> {
  try {
    return await given(api.GET("/session"));
  } catch (error) {
    if (isUnauthenticated(error)) return null;
    throw error;
  }
}

/** Forget all that was asked for: it was told to somebody who is here no more. */
export function forgetAll(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey: [topic] }) => topic !== KEY[0] });
}

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ client }): Promise<Session | null> => {
    const session = await signedIn();
    rememberCsrfToken(session?.csrf_token ?? "");
    const before = client.getQueryData<Session | null>(KEY);
    // it has ended, or somebody else signed in, in another window
    if (before && (session === null || whoIs(before) !== whoIs(session))) forgetAll(client);
    return session;
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
    try {
      await given(api.DELETE("/session", { params: { query: { everywhere } } }));
    } catch (error) {
      // it has ended already, as in another window
      if (!isUnauthenticated(error)) throw error;
    }
    rememberCsrfToken("");
    client.clear();
    client.setQueryData(sessionQuery.queryKey, null);
  };
}
