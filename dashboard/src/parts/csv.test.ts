import { expect, test } from "vitest";

import { toCsv } from "./csv";

test("a text that a spreadsheet would take for a formula stays text", () => {
  expect(toCsv(["name"], [["=1+1"], ["+49"], ["-x"], ["@x"]])).toBe("name\r\n'=1+1\r\n'+49\r\n'-x\r\n'@x\r\n");
});

test("a negative number is a number", () => {
  expect(toCsv(["x"], [[-1.5]])).toBe("x\r\n-1.5\r\n");
});

test("commas, quotes and line breaks stand in quotes", () => {
  expect(toCsv(["a", "b"], [['say "hi"', "1,2\n3"]])).toBe('a,b\r\n"say ""hi""","1,2\n3"\r\n');
});
