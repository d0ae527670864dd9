import { expect, test } from "vitest";

import { type Card, isStuck, lackSentence, needsPerson, roundSentence, waitsOn } from "./rounds";

const card: Card = {
  run: 3,
  run_state: "running",
  task: "t",
  strategy: "fedavg",
  rounds: 10,
  number: 6,
  n: 16,
  attempt: 1,
  state: "collecting",
  reason: null,
  invited: 5,
  quorum: 3,
  returned: ["Meru", "Kisumu", "Garissa"],
  awaited: ["KNH", "Embu"],
  silent: ["Embu"],
  opened_at: "2026-01-15T08:00:00Z",
  closes_at: "2026-01-15T12:00:00Z",
  closes_in_seconds: 7800,
};

test("who returned, whom it waits on, who of them is silent, when it closes", () => {
  expect(roundSentence(card)).toBe("Round 6 of 10: 3 of 5 returned, waiting on KNH and Embu (Embu is silent), closes in 2 h 10 min.");
  expect(waitsOn(card)).toBe("Run 3 waits on KNH and Embu.");
});

test("the time runs on between two looks", () => {
  expect(roundSentence(card, 7799)).toContain("closes in 1 s");
  expect(roundSentence(card, 7801)).toContain("its time is up");
});

test("a round is stuck where the silent ones are missing at its quorum", () => {
  expect(isStuck(card)).toBe(false);
  const stuck = { ...card, quorum: 5 };
  expect(isStuck(stuck)).toBe(true);
  expect(needsPerson(stuck)).toBe(true);
  expect(lackSentence(stuck)).toContain("it needs 5 to go on and lacks 2");
  expect(isStuck({ ...stuck, silent: [] })).toBe(false);
});

test("before the first round hospitals' answers are waited for", () => {
  const invited = { ...card, run_state: "inviting" as const, number: null, state: null, returned: [], silent: [] };
  expect(roundSentence(invited)).toBe("No round yet of 10: 3 of 5 answered the invitation, waiting for the answer of KNH and Embu, it begins in 2 h 10 min at the latest.");
});

test.each([
  [{ run_state: "paused" as const }, "Run 3 waits on an admin."],
  [{ state: "waiting" as const }, "Run 3 waits until its version is confirmed."],
  [{ state: "aggregating" as const }, "Run 3 waits on no hospital: the director is at work."],
])("with %o: %s", (more, said) => expect(waitsOn({ ...card, ...more })).toBe(said));
