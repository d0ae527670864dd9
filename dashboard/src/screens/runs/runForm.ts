import type { Schemas } from "../../api/client";
import { writeAmount } from "../../parts/numbers";
import { words } from "../../words/words";

type Strategy = Schemas["StrategyDescription"];
type Parameter = Schemas["StrategyParameter"];

export const UNITS = { minutes: 60, hours: 3600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

const LONGEST_DEADLINE_SECONDS = 90 * UNITS.days;
const MOST_ROUNDS = 10_000;
const CLIP = "clip+";

/** The form as it is typed: texts, so that nothing is taken for a number before it is one. */
export interface RunForm {
  task: string;
  rounds: string;
  quorum: string;
  deadline: string;
  unit: Unit;
  /** Empty: the one that the director is set to. */
  strategy: string;
  clips: boolean;
  parameters: Record<string, string>;
  /** Null: all that are not disabled. */
  envoys: string[] | null;
  late: "refuse" | "carry";
  patience: string;
  seed: string;
  paused: boolean;
}

export const EMPTY_FORM: RunForm = {
  task: "",
  rounds: "10",
  quorum: "",
  deadline: "12",
  unit: "hours",
  strategy: "",
  clips: false,
  parameters: {},
  envoys: null,
  late: "refuse",
  patience: "",
  seed: "0",
  paused: false,
};

/** What is wrong, by the field's name; of a parameter by `parameter:NAME`. */
export type Wrongs = Readonly<Record<string, string>>;

interface Range {
  least: number;
  most: number;
  isWhole?: boolean;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Read a number that a person typed; what is wrong with it is a text. */
export function numberIn(text: string, { least, most, isWhole = true }: Range): number | string {
  const typed = text.trim();
  if (!NUMBER.test(typed)) return words.runs.wrong.notNumber;
  const value = Number(typed);
  if (isWhole && !Number.isSafeInteger(value)) return words.runs.wrong.notWhole;
  if (value < least || value > most) return words.runs.wrong.outOfBounds(writeAmount(least), writeAmount(most));
  return value;
}

/** Say in words which numbers a parameter can be. */
export function boundsOf({ is_whole, least, most, takes_least, takes_most }: Parameter): string {
  return words.runs.form.bounds({ isWhole: is_whole, least, most, takesLeast: takes_least, takesMost: takes_most });
}

/** Read a parameter; what is wrong with it is a text. */
export function parameterIn(text: string, parameter: Parameter): number | string {
  const { least, most, is_whole, takes_least, takes_most } = parameter;
  if (!NUMBER.test(text.trim())) return words.runs.wrong.notNumber;
  const value = Number(text.trim());
  const isAbove = takes_least ? value >= least : value > least;
  const isBelow = most === null || (takes_most ? value <= most : value < most);
  const fits = Number.isFinite(value) && isAbove && isBelow && (!is_whole || Number.isInteger(value));
  return fits ? value : boundsOf(parameter);
}

export interface Read {
  request: Schemas["RunRequest"];
  wrongs: Wrongs;
}

/**
 * Read the form as a request; where something is wrong, what.
 *
 * @param strategies Those that there are.
 * @param enabled How many hospitals are not disabled.
 */
export function readForm(form: RunForm, strategies: readonly Strategy[], enabled: number): Read {
  const wrongs: Record<string, string> = {};
  const take = (name: string, found: number | string): number => {
    if (typeof found === "number") return found;
    wrongs[name] = found;
    return 0;
  };
  const optional = (name: string, text: string, range: Range) =>
    text.trim() === "" ? null : take(name, numberIn(text, range));

  const rounds = take("rounds", numberIn(form.rounds, { least: 1, most: MOST_ROUNDS }));
  const quorum = optional("quorum", form.quorum, { least: 1, most: 1000 });
  const perUnit = UNITS[form.unit];
  const longest = LONGEST_DEADLINE_SECONDS / perUnit;
  const deadline = take("deadline", numberIn(form.deadline, { least: 1 / perUnit, most: longest, isWhole: false }));
  const patience = optional("patience", form.patience, { least: 1, most: MOST_ROUNDS });
  const seed = take("seed", numberIn(form.seed, { least: 0, most: Number.MAX_SAFE_INTEGER }));

  const invited = form.envoys?.length ?? enabled;
  if (invited === 0) wrongs.envoys = words.runs.wrong.nobody;
  else if (quorum !== null && quorum > invited) wrongs.quorum = words.runs.wrong.quorum(invited);

  const strategy = strategies.find(({ name }) => name === form.strategy);
  const parameters: Record<string, number> = {};
  for (const parameter of strategy?.parameters ?? []) {
    const typed = form.parameters[parameter.name] ?? "";
    if (typed.trim() !== "") parameters[parameter.name] = take(`parameter:${parameter.name}`, parameterIn(typed, parameter));
  }
  const name = strategy && form.clips && strategy.can_clip ? `${CLIP}${strategy.name}` : strategy?.name;
  return {
    request: {
      task: form.task,
      rounds,
      quorum,
      deadline_seconds: deadline * perUnit,
      strategy: name ?? null,
      parameters,
      envoys: form.envoys,
      late: form.late,
      patience,
      seed,
      paused: form.paused,
    },
    wrongs,
  };
}
