import { expect, test } from "vitest";

import { ProblemError } from "../api/problems";
import { isOfSession } from "./queryClient";

test.each([
  [new ProblemError(401, "unauthenticated", "No valid token came with this request.", null), true],
  [new ProblemError(403, "csrf_token_missing", "It does not show the session's token.", null), true],
  [new ProblemError(403, "forbidden", "An analyst may not.", null), false],
  [new ProblemError(503, "busy", "It is busy.", null), false],
  [new TypeError("Failed to fetch"), false],
])("%o says that the session is another one: %s", (error, isOne) => expect(isOfSession(error)).toBe(isOne));
