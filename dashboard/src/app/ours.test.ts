import { expect, test } from "vitest";

import { isOurs } from "./ours";

test.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""])(
  "%s is no place of ours",
  (to) => expect(isOurs(to)).toBe(false),
);

test("a screen with its filters is ours", () => expect(isOurs("/submissions?verdict=rejected")).toBe(true));
