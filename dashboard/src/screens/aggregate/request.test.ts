import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { AT_FIRST, boundText, faultIn, isWhole, requestOf } from "./request";

type Parameter = Schemas["StrategyParameter"];

const F: Parameter = { name: "f", default: 1, least: 0, most: null, is_whole: true, takes_least: true, takes_most: true };
const M: Parameter = { name: "m", default: null, least: 1, most: null, is_whole: true, takes_least: true, takes_most: true };
const BETA: Parameter = { name: "beta", default: 0.9, least: 0, most: 1, is_whole: false, takes_least: true, takes_most: false };
const RATE: Parameter = { name: "rate", default: 1, least: 0, most: 100, is_whole: false, takes_least: false, takes_most: true };
const KRUM: Schemas["StrategyDescription"] = {
  name: "multi_krum",
  summary: "",
  parameters: [F, M],
  is_default: false,
  can_clip: true,
};

test.each([
  [F, "0"],
  [F, " 3 "],
  [M, ""],
  [BETA, "0"],
  [BETA, "0.999"],
  [RATE, "100"],
  [RATE, "1e-6"],
])("%o takes %s", (parameter, typed) => expect(faultIn(parameter, typed)).toBeNull());

test.each([
  [F, "-1"],
  [F, "1.5"],
  [F, ""],
  [F, "one"],
  [F, "Infinity"],
  [M, "0"],
  [BETA, "1"],
  [RATE, "0"],
  [RATE, "100.1"],
])("%o does not take %s", (parameter, typed) => expect(faultIn(parameter, typed)).not.toBeNull());

test("bounds are told as they hold", () => {
  expect(boundText(F)).toBe("a whole number, from 0");
  expect(boundText(BETA)).toBe("from 0, less than 1");
  expect(boundText(RATE)).toBe("more than 0 to 100");
});

test("what nobody touched is left to the director", () => {
  expect(requestOf("t", AT_FIRST, undefined, true)).toEqual({
    task: "t",
    strategy: null,
    parameters: {},
    envoys: null,
    scaler: "merged",
    trained_here: false,
    dry_run: true,
  });
});

test("a number left empty, where it follows by itself, is not sent; defaults are", () => {
  const choice = { ...AT_FIRST, rule: "multi_krum", clips: true, parameters: { m: "" } };
  expect(requestOf("t", choice, KRUM, false)).toMatchObject({ strategy: "clip+multi_krum", parameters: { f: 1 }, dry_run: false });
});

test("a choice of no hospital, or with a wrong number, can't be asked for", () => {
  expect(isWhole(AT_FIRST, undefined)).toBe(true);
  expect(isWhole({ ...AT_FIRST, hospitals: [] }, undefined)).toBe(false);
  expect(isWhole({ ...AT_FIRST, parameters: { f: "x" } }, KRUM)).toBe(false);
});
