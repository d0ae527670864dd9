import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { ProblemError } from "../api/problems";
import { shown } from "../testing/shown";
import { words } from "../words/words";
import { Failed, toldOf } from "./States";

test.each([
  [new ProblemError(409, "conflict", "Run 3 is closed.", "Open a new one."), "Run 3 is closed.", "Open a new one."],
  [new ProblemError(500, "internal", "It failed.", null), "It failed.", null],
  [new ProblemError(403, "csrf_token_missing", "The header X-CSRF-Token …", "Send it."), words.common.anotherSession, null],
  [new TypeError("Failed to fetch"), words.common.unreachable, null],
  [new Error("x is undefined"), words.common.failed, null],
])("%o is told in words", (error, sentence, hint) => expect(toldOf(error)).toEqual({ sentence, hint }));

test("a failure says what to do next and can be tried again", async () => {
  let times = 0;
  await shown(<Failed error={new ProblemError(503, "busy", "It is busy.", "Wait a minute.")} again={() => (times += 1)} />);
  expect(screen.getByRole("alert")).toHaveTextContent("It is busy.");
  expect(screen.getByRole("alert")).toHaveTextContent("Wait a minute.");
  await userEvent.click(screen.getByRole("button", { name: words.common.tryAgain }));
  expect(times).toBe(1);
});

test("what a refusal quotes stays text", async () => {
  const sentence = "<img src=x onerror=alert(1)>";
  const { container } = await shown(<Failed error={new ProblemError(422, "invalid", sentence, sentence)} />);
  expect(screen.getByRole("alert")).toHaveTextContent(sentence);
  expect(container.querySelector("img")).toBeNull();
});
