import { expect, test } from "vitest";

import { boundsOf, lone, pathOf } from "./trendPath";

test("bounds hold every value of every line", () => {
  expect(boundsOf([{ values: [0.5, null] }, { values: [0.9, 0.1] }])).toEqual({ least: 0.1, most: 0.9 });
});

test("where nothing was measured there are none", () => expect(boundsOf([{ values: [null] }])).toBeNull());

test("values that are all the same have room around them", () => {
  expect(boundsOf([{ values: [2, 2] }])).toEqual({ least: 1.9, most: 2.1 });
  expect(boundsOf([{ values: [0] }])).toEqual({ least: -1, most: 1 });
});

test("a line leads from the left below to the right above", () => {
  expect(pathOf([0, 0.5, 1], { least: 0, most: 1 })).toBe("M0.00 100.00h0.01L50.00 50.00L100.00 0.00");
});

test("a line breaks off where there was nothing to measure", () => {
  expect(pathOf([0, null, 1], { least: 0, most: 1 })).toBe("M0.00 100.00h0.01M100.00 0.00h0.01");
});

test("a lone value stands in the middle", () => {
  expect(pathOf([1], { least: 0, most: 2 })).toBe("M50.00 50.00h0.01");
});

test("what no line leads to or from is a dot of its own", () => {
  expect(lone([1, null, 2, 3, null])).toEqual([1, null, null, null, null]);
  expect(lone([1])).toEqual([1]);
});
