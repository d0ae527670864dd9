import { expect, test } from "vitest";

import { acts } from "../words/en/acts";
import { changedBy, TOPICS } from "./topics";

test("every act that has words changes something that is named", () => {
  for (const act of Object.keys(acts)) expect(changedBy(act), act).not.toBe(TOPICS);
});

test("after an act that nobody knows, everything is asked again", () => {
  expect(changedBy("comet.strike")).toBe(TOPICS);
});
