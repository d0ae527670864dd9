import { expect, test } from "vitest";

import { amount, bytes, rounded } from "./amounts";

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1000, "1 kB"],
  [12_540, "12.5 kB"],
  [999_999, "1 MB"],
  [64_000_000, "64 MB"],
  [3.2e15, "3,200 TB"],
])("%i bytes are %s", (count, said) => expect(bytes(count)).toBe(said));

test("thousands are set apart", () => expect(amount(100_000)).toBe("100,000"));

test("a score has four digits", () => expect(rounded(0.987654)).toBe("0.9877"));
