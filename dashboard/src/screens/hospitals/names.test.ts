import { expect, test } from "vitest";

import { words } from "../../words/words";
import { examplesOf, wrongWithName } from "./names";

const wrong = words.hospitals.nameWrong;

test.each(["KNH", "9th-hospital", "a", "A_b-C", "x".repeat(63), "conrad", "com"])("%s can be a hospital's name", (name) => {
  expect(wrongWithName(name)).toBeNull();
});

test.each([
  ["", wrong.empty],
  ["_KNH", wrong.begins],
  ["-KNH", wrong.begins],
  ["Kenyatta Hospital", wrong.characters],
  ["Hôpital", wrong.characters],
  ["../etc", wrong.characters],
  ["<b>", wrong.characters],
  ["x".repeat(64), wrong.long],
  ["NUL", wrong.device],
  ["com0", wrong.device],
  ["Lpt9", wrong.device],
])("%s can't: %s", (name, why) => expect(wrongWithName(name)).toBe(why));

test.each([
  ["", null],
  [" 500 ", 500],
  ["0", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e3", undefined],
  ["many", undefined],
])("%o as a number of examples is %o", (typed, read) => expect(examplesOf(typed)).toBe(read));
