import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

export type Request = Schemas["AggregationRequest"];
type Parameter = Schemas["StrategyParameter"];

const { aggregate: said } = words;

/** What stands in the form: numbers as they are typed. */
export interface Choice {
  /** Null: every hospital. */
  hospitals: string[] | null;
  /** The name of a rule; empty: as the director is set to. */
  rule: string;
  clips: boolean;
  parameters: Record<string, string>;
  scaler: string;
}

export const AT_FIRST: Choice = { hospitals: null, rule: "", clips: false, parameters: {}, scaler: "merged" };

/** What a parameter may be, in words. */
export function boundText({ least, most, is_whole, takes_least, takes_most }: Parameter): string {
  const from = takes_least ? said.from(String(least)) : said.above(String(least));
  const range = most === null ? from : takes_most ? said.upTo(from, String(most)) : said.below(from, String(most));
  return is_whole ? said.whole(range) : range;
}

/** Say what is wrong with what was typed for a parameter; null: nothing. */
export function faultIn(parameter: Parameter, typed: string): string | null {
  const text = typed.trim();
  if (text === "") return parameter.default === null ? null : said.needed;
  const value = Number(text);
  if (!Number.isFinite(value)) return said.noNumber;
  const { least, most, takes_least, takes_most, is_whole } = parameter;
  const isLow = takes_least ? value < least : value <= least;
  const isHigh = most !== null && (takes_most ? value > most : value >= most);
  const isBroken = is_whole && !Number.isInteger(value);
  return isLow || isHigh || isBroken ? said.notIn(boundText(parameter)) : null;
}

/** What is in the field before anybody typed. */
export function typedAtFirst({ default: value }: Parameter): string {
  return value === null ? "" : String(value);
}

function typedFor(choice: Choice, parameter: Parameter): string {
  return choice.parameters[parameter.name] ?? typedAtFirst(parameter);
}

/** Tell whether a choice can be asked for. */
export function isWhole(choice: Choice, strategy: Schemas["StrategyDescription"] | undefined): boolean {
  const isChosen = choice.hospitals === null || choice.hospitals.length > 0;
  return isChosen && (strategy?.parameters ?? []).every((each) => faultIn(each, typedFor(choice, each)) === null);
}

/** Make the request of a choice. */
export function requestOf(task: string, choice: Choice, strategy: Schemas["StrategyDescription"] | undefined, isDry: boolean): Request {
  const numbers = (strategy?.parameters ?? []).flatMap((each): [string, number][] => {
    const typed = typedFor(choice, each).trim();
    return typed === "" ? [] : [[each.name, Number(typed)]];
  });
  const name = strategy === undefined ? null : choice.clips && strategy.can_clip ? `clip+${strategy.name}` : strategy.name;
  return {
    task,
    strategy: name,
    parameters: Object.fromEntries(numbers),
    envoys: choice.hospitals,
    scaler: choice.scaler,
    trained_here: false,
    dry_run: isDry,
  };
}
