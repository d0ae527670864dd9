import { expect, test } from "vitest";

import { AnswerReader, BrokenAnswerError, modelIn, RowCounter } from "./batch";

function countedIn(...pieces: string[]): number {
  const counter = new RowCounter();
  for (const piece of pieces) counter.take(new TextEncoder().encode(piece));
  return counter.rows;
}

test("rows are counted below the header, with and without a last line break", () => {
  expect(countedIn("a\n1\n2\n")).toBe(2);
  expect(countedIn("a\r\n1\r\n2")).toBe(2);
  expect(countedIn("a\n")).toBe(0);
  expect(countedIn("")).toBe(0);
});

test("rows are counted alike wherever the file is cut", () => {
  const file = 'a,b\n1,2\n"3",4\n5,6';
  for (let at = 0; at <= file.length; at++) expect(countedIn(file.slice(0, at), file.slice(at))).toBe(3);
});

test("a line break within quotes begins no row", () => expect(countedIn('a\n"1\n2"\n')).toBe(1));

const ANSWER = "risk_level,low,medium,high\nlow,0.9,0.1,0.0\nhigh,0.0,0.1,0.9\nlow,0.8,0.2,0.0\n";

test("an answer is the same wherever it is cut on its way", () => {
  for (let at = 0; at <= ANSWER.length; at++) {
    const reader = new AnswerReader();
    reader.take(ANSWER.slice(0, at));
    reader.take(ANSWER.slice(at));
    expect(reader.counts).toEqual({ low: 2, medium: 0, high: 1 });
    expect(reader.end()).toBe("row,risk_level,low,medium,high\r\n1,low,0.9,0.1,0.0\r\n2,high,0.0,0.1,0.9\r\n3,low,0.8,0.2,0.0\r\n");
  }
});

test("an answer that broke off is no answer", () => {
  const reader = new AnswerReader();
  reader.take(ANSWER.slice(0, -5));
  expect(() => reader.end()).toThrow(BrokenAnswerError);
  expect(() => new AnswerReader().end()).toThrow(BrokenAnswerError);
});

test.each(["risk_level\n=1+1\n", "risk_level,low\nlow\n", "<html>\n"])("%j is none either", (text) => {
  expect(() => new AnswerReader().take(text)).toThrow(BrokenAnswerError);
});

test("a hundred thousand rows are read in a moment", () => {
  const reader = new AnswerReader();
  const block = "medium,0.100000000,0.800000000,0.100000000\n".repeat(10_000);
  reader.take("risk_level,low,medium,high\n");
  const begun = performance.now();
  for (let at = 0; at < 10; at++) reader.take(block);
  expect(reader.rows).toBe(100_000);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("which model gave a table stands in the headers of the answer", () => {
  const headers = { "Model-Version": "3", "Model-SHA256": "e".repeat(64) };
  expect(modelIn(new Headers(headers))).toEqual({ version: "3", sha256: "e".repeat(64) });
  expect(modelIn(new Headers())).toBeNull();
});

const BINARY = `probability,risk_level,abstained
0.051000000,low,
,,"The task leaves out patients with ward = ""A"", or B."
0.400000000,high,
,,"Feature age is outside 0 to 110
years."
`;

test("an answer to a binary outcome is the same wherever it is cut, and who has none has a reason", () => {
  for (let at = 0; at <= BINARY.length; at++) {
    const reader = new AnswerReader();
    reader.take(BINARY.slice(0, at));
    reader.take(BINARY.slice(at));
    expect([reader.rows, reader.abstained, reader.counts]).toEqual([4, 2, { low: 1, medium: 0, high: 1 }]);
    expect(reader.end()).toBe(
      'row,probability,risk_level,abstained\r\n1,0.051000000,low,\r\n2,,,"The task leaves out patients with ward = ""A"", or B."\r\n' +
        '3,0.400000000,high,\r\n4,,,"Feature age is outside 0 to 110\nyears."\r\n',
    );
  }
});

test("of levels nothing is said of rows without an answer", () => {
  const reader = new AnswerReader();
  reader.take(ANSWER);
  expect(reader.abstained).toBeNull();
});

test.each([",,\n", "0.1,,\n", ",low,\n", "0.1,=1+1,\n", '0.1,low\n', '"0.1,low,\n'])("%j is no row of a binary answer", (row) => {
  const reader = new AnswerReader();
  reader.take("probability,risk_level,abstained\n");
  expect(() => {
    reader.take(row);
    reader.end();
  }).toThrow(BrokenAnswerError);
});
