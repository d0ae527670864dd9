import { expect, test } from "vitest";

import { ProblemError, problemOf } from "./problems";

test("the director's refusal is read with its code, sentence and hint", () => {
  const error = problemOf(409, { code: "conflict", detail: "Run 3 is closed.", hint: "Open a new one.", status: 409 });
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ status: 409, code: "conflict", message: "Run 3 is closed.", hint: "Open a new one." });
});

test.each([[undefined], [null], [7]])("a hint that is %o is none", (hint) => {
  expect(problemOf(409, { code: "conflict", detail: "No.", hint }).hint).toBeNull();
});

test.each([[undefined], [null], ["<html>Bad Gateway</html>"], [{}], [{ code: "x" }], [["a"]]])(
  "%o is no problem of the director's: the status alone is told",
  (body) => expect(problemOf(502, body)).toMatchObject({ status: 502, code: "no_problem", message: "502", hint: null }),
);
