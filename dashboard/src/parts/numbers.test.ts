import { expect, test } from "vitest";

import { writeBytes, writeChange, writeCount, writeNumber, writeScore, writeShare } from "./numbers";

test.each([writeBytes, writeChange, writeCount, writeNumber, writeScore, writeShare])(
  "what was not measured is a dash, not a zero",
  (write) => {
    expect(write(null)).toBe("–");
    expect(write(undefined)).toBe("–");
    expect(write(0)).not.toBe("–");
  },
);

test.each([
  [1, "1 byte"],
  [999, "999 bytes"],
  [2_345, "2.3 kB"],
  [64_000_000, "64 MB"],
  [5e15, "5,000 TB"],
])("%d bytes are %s", (bytes, said) => expect(writeBytes(bytes)).toBe(said));

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
