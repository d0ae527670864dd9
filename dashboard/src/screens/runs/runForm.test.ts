import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { EMPTY_FORM, numberIn, parameterIn, readForm, type RunForm } from "./runForm";

const F: Schemas["StrategyParameter"] = { name: "f", default: 1, least: 0, most: null, is_whole: true, takes_least: true, takes_most: true };
const MOMENTUM: Schemas["StrategyParameter"] = { ...F, name: "momentum", default: 0.9, most: 1, is_whole: false, takes_most: false };
const RATE: Schemas["StrategyParameter"] = { ...F, name: "rate", most: 100, is_whole: false, takes_least: false };

const STRATEGIES = [
  { name: "krum", summary: "", parameters: [F], is_default: false, can_clip: true },
  { name: "fedavgm", summary: "", parameters: [MOMENTUM, RATE], is_default: false, can_clip: false },
] as Schemas["StrategyDescription"][];

const read = (change: Partial<RunForm>) => readForm({ ...EMPTY_FORM, task: "diagnosis_count", ...change }, STRATEGIES, 3);

test("the form as it stands opens a run of all hospitals with the director's own strategy", () => {
  const { request, wrongs } = read({});
  expect(wrongs).toEqual({});
  expect(request).toMatchObject({ rounds: 10, quorum: null, deadline_seconds: 43_200, strategy: null, envoys: null, patience: null });
});

test("a strategy goes with its own parameters alone, and behind clip where it can", () => {
  const { request } = read({ strategy: "krum", clips: true, parameters: { f: "2", momentum: "0.5" } });
  expect(request.strategy).toBe("clip+krum");
  expect(request.parameters).toEqual({ f: 2 });
  expect(read({ strategy: "fedavgm", clips: true }).request.strategy).toBe("fedavgm");
});

test("a parameter that nobody gave is left to its default", () => {
  expect(read({ strategy: "krum", parameters: { f: " " } }).request.parameters).toEqual({});
});

test.each([
  ["-1", F],
  ["1.5", F],
  ["x", F],
  ["1", MOMENTUM],
  ["0", RATE],
  ["1e999", RATE],
])("%s is refused where it is no such parameter", (text, parameter) => {
  expect(parameterIn(text, parameter)).toBeTypeOf("string");
});

test.each([
  ["0", F],
  ["0.999", MOMENTUM],
  ["100", RATE],
])("%s is taken at a bound that is allowed", (text, parameter) => expect(parameterIn(text, parameter)).toBe(Number(text)));

test.each(["", "ten", "1,5", "0x10", "Infinity", "1 2"])("%s is no number", (text) => {
  expect(numberIn(text, { least: 0, most: 100 })).toBeTypeOf("string");
});

test("a deadline is at most 90 days, in whichever unit", () => {
  expect(read({ deadline: "90", unit: "days" }).request.deadline_seconds).toBe(90 * 86_400);
  expect(read({ deadline: "91", unit: "days" }).wrongs).toHaveProperty("deadline");
  expect(read({ deadline: "1.5", unit: "minutes" }).request.deadline_seconds).toBe(90);
});

test("a quorum above the invited is told before anybody is invited", () => {
  expect(read({ quorum: "4" }).wrongs).toHaveProperty("quorum");
  expect(read({ quorum: "2", envoys: ["KNH"] }).wrongs).toHaveProperty("quorum");
  expect(read({ quorum: "3" }).wrongs).toEqual({});
});

test("somebody must be invited", () => expect(read({ envoys: [] }).wrongs).toHaveProperty("envoys"));
