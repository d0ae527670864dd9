import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { actOf, Gathering } from "./live";
import type { Topic } from "./topics";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a moment's events are one look", () => {
  const looks: ReadonlySet<Topic>[] = [];
  const gathering = new Gathering((topics) => looks.push(topics), 100);
  gathering.note("upload.admit");
  gathering.note("round.return");
  vi.advanceTimersByTime(100);
  gathering.note("token.issue");
  vi.advanceTimersByTime(100);
  expect(looks).toHaveLength(2);
  expect(looks[0]).toContain("submissions");
  expect(looks[0]).toContain("runs");
  expect(looks[1]).not.toContain("submissions");
});

test("after its end nothing is asked", () => {
  const looks: unknown[] = [];
  const gathering = new Gathering((topics) => looks.push(topics), 100);
  gathering.note("upload.admit");
  gathering.stop();
  vi.advanceTimersByTime(1000);
  expect(looks).toHaveLength(0);
});

test.each(["", "{", "null", '"act"', '{"act": 3}'])("%s tells no act", (data) => expect(actOf(data)).toBeNull());
