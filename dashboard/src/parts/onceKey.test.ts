import { expect, test } from "vitest";

import { OnceKey } from "./onceKey";

test("the same request again has the same key, another one another", () => {
  const key = new OnceKey();
  const first = key.of({ rounds: 3 });
  expect(key.of({ rounds: 3 })).toBe(first);
  expect(key.of({ rounds: 4 })).not.toBe(first);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
});

test("what was done and is asked anew is another request", () => {
  const key = new OnceKey();
  const first = key.of({ rounds: 3 });
  key.forget();
  expect(key.of({ rounds: 3 })).not.toBe(first);
});
