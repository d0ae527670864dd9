import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** What the director said when it did not do what was asked: its sentence, and what to do next. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(status: number, code: string, sentence: string, hint: string | null) {
    super(sentence);
    this.name = "ProblemError";
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** Read a refusal; what is no problem of the director's (a proxy's page, say) is told by its status alone. */
export function problemOf(status: number, body: unknown): ProblemError {
  if (typeof body === "object" && body !== null && "code" in body && "detail" in body) {
    const { code, detail } = body;
    const hint = "hint" in body && typeof body.hint === "string" ? body.hint : null;
    return new ProblemError(status, String(code), String(detail), hint);
  }
  return new ProblemError(status, "no_problem", `${status}`, null);
}
