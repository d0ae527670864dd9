import createClient, { type Middleware } from "openapi-fetch";

import { isAtWork } from "./activity";
import { problemOf } from "./problems";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

let csrfToken = "";

/** Keep what the director gave for this session; it stands in memory alone. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

const AT_REST = new Set(["GET", "HEAD"]);

/** The headers that a request of the signed-in person takes; for the few that are not made through `api`. */
export function sessionHeaders(method: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!AT_REST.has(method)) headers["X-CSRF-Token"] = csrfToken;
  if (!isAtWork()) headers["X-Background"] = "1";
  return headers;
}

const asTheSignedIn: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(sessionHeaders(request.method))) request.headers.set(name, value);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });
api.use(asTheSignedIn);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Give what was asked for.
 *
 * @throws ProblemError The director refused.
 * @throws TypeError The director could not be reached.
 */
export async function given<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}
