import { expect, test } from "vitest";

import {
  writeAmount,
  writeBytes,
  writeChange,
  writeCount,
  writeNumber,
  writeProbability,
  writeScore,
  writeShare,
  writeShareBound,
} from "./numbers";

test.each([writeAmount, writeBytes, writeChange, writeCount, writeNumber, writeProbability, writeScore, writeShare, writeShareBound])(
  "what was not measured is a dash, not a zero",
  (write) => {
    expect(write(null)).toBe("–");
    expect(write(undefined)).toBe("–");
    expect(write(0)).not.toBe("–");
  },
);

test("a change has its sign, and none has none", () => {
  expect(writeChange(0.0225)).toBe("+0.0225");
  expect(writeChange(-0.5)).toBe("-0.5000");
  expect(writeChange(0)).toBe("0.0000");
});

test("numbers that four digits can't show are written with their power of ten", () => {
  expect(writeNumber(0.00000123)).toBe("1.23e-6");
  expect(writeNumber(1234.56)).toBe("1,235");
  expect(writeNumber(0)).toBe("0");
});

test.each([
  [1, "1 byte"],
  [2_345, "2.3 kB"],
  [5e15, "5,000 TB"],
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [12_540, "12.5 kB"],
  [999_999, "1 MB"],
  [64_000_000, "64 MB"],
  [3.2e15, "3,200 TB"],
])("%i bytes are %s", (count, said) => expect(writeBytes(count)).toBe(said));

test("an amount has its thousands set apart, and its decimals", () => {
  expect(writeAmount(100_000)).toBe("100,000");
  expect(writeAmount(0.5)).toBe("0.5");
});

test.each([
  [0.85, "85.0%"],
  [0.1234, "12.3%"],
  [0.0004, "0.04%"],
  [0.9996, "99.96%"],
  [1e-9, "<0.0001%"],
  [1 - 1e-9, ">99.9999%"],
  [0, "0.0%"],
  [1, "100.0%"],
])("a probability of %d is %s", (value, said) => expect(writeProbability(value)).toBe(said));

test("a bound of a probability is written as it is", () => {
  expect([0.1, 0.125, 0.0525].map(writeShareBound)).toEqual(["10%", "12.5%", "5.25%"]);
});
