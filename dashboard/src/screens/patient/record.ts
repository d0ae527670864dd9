import type { Feature, Task } from "../../parts/tasks";
import { words } from "../../words/words";
import { type Inputs, type Typed, UNTYPED, type Value, valueIn } from "./inputs";

/** A patient's record as it is typed, and as `POST /infer` takes it; docs/tasks.md says what it holds. */

export interface TypedStay {
  /** Its own for as long as the form is there. */
  key: number;
  admitted: string;
  discharged: string;
  type: string;
  icd10: string;
  icd9: string;
}

export interface TypedRecord {
  /** By the feature's source. */
  top: ReadonlyMap<string, Typed>;
  stays: readonly TypedStay[];
}

export const emptyStay = (key: number): TypedStay => ({ key, admitted: "", discharged: "", type: "", icd10: "", icd9: "" });
export const EMPTY_RECORD: TypedRecord = { top: new Map(), stays: [emptyStay(1)] };

type Asked = Pick<Task, "features" | "index">;

/** What a record says of the patient and of the stay that is asked about, beside its admissions. */
const TOP = ["age", "sex", "admission_location", "discharge_location"];
const TYPE = "admission_type";
const AT_DISCHARGE = "discharge";

/** Give the features that a record says by themselves; all others are made of its admissions. */
export function topFeatures({ features }: Pick<Task, "features">): Feature[] {
  return TOP.flatMap((source) => features.find((feature) => feature.source === source) ?? []);
}

/** Give the feature of how the patient was admitted; undefined: the task has none. */
export function typeFeature({ features }: Pick<Task, "features">): Feature | undefined {
  return features.find(({ source }) => source === TYPE);
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Read a time as MIMIC-IV writes it, in milliseconds; null: it is none. */
export function timeIn(text: string): number | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map((part: string | undefined) => Number(part ?? 0));
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second);
  const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? moment.getTime() : null;
}

const CODE = /^[A-Za-z0-9.]{1,20}$/;

/** Take codes apart that stand with commas or spaces between them. */
export function codesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((code) => code !== "");
}

/** Give the place of the stay that is asked about: the one that begins last; -1: none has a beginning yet. */
export function askedAbout(stays: readonly TypedStay[]): number {
  let [last, place] = [-Infinity, -1];
  stays.forEach(({ admitted }, at) => {
    const begins = timeIn(admitted);
    if (begins !== null && begins >= last) [last, place] = [begins, at];
  });
  return place;
}

/** Name a stay's field, for what is wrong with it. */
export const fieldOf = ({ key }: Pick<TypedStay, "key">, field: keyof Omit<TypedStay, "key">): string => `stay ${key}: ${field}`;

/** Read the whole form as a record, or what is wrong with it. The director judges it once more. */
export function recordIn({ top, stays }: TypedRecord, task: Asked): Inputs {
  const values: Record<string, Value | readonly object[]> = {};
  const wrongs: Record<string, string> = {};
  for (const feature of topFeatures(task)) {
    const found = valueIn(top.get(feature.source) ?? UNTYPED, feature);
    if ("value" in found) values[feature.source] = found.value;
    else wrongs[feature.source] = found.wrong;
  }
  const asked = askedAbout(stays);
  const type = typeFeature(task);
  stays.forEach((stay, at) => Object.assign(wrongs, wrongsOf(stay, at === asked, task.index)));
  const last = stays[asked];
  if (type && last) {
    const isUnknown = last.type === "";
    const found = valueIn({ text: last.type, isUnknown }, type);
    if ("wrong" in found) wrongs[fieldOf(last, "type")] = found.wrong;
  }
  if (last && last.type !== "") values[TYPE] = last.type;
  values.admissions = stays.map(written);
  return { values, wrongs };
}

function wrongsOf(stay: TypedStay, isAsked: boolean, index: string): Record<string, string> {
  const said = words.patient.wrong;
  const wrongs: Record<string, string> = {};
  const [begins, ends] = [timeIn(stay.admitted), timeIn(stay.discharged)];
  const isOver = stay.discharged.trim() !== "";
  if (begins === null) wrongs[fieldOf(stay, "admitted")] = stay.admitted.trim() === "" ? said.missing : said.notTime;
  if (isOver && ends === null) wrongs[fieldOf(stay, "discharged")] = said.notTime;
  if (begins !== null && ends !== null && ends < begins) wrongs[fieldOf(stay, "discharged")] = said.backward;
  if (!isOver && begins !== null && !isAsked) wrongs[fieldOf(stay, "discharged")] = said.stillThere;
  if (!isOver && isAsked && index === AT_DISCHARGE) wrongs[fieldOf(stay, "discharged")] = said.atDischarge;
  for (const field of ["icd10", "icd9"] as const) {
    const odd = codesIn(stay[field]).find((code) => !CODE.test(code));
    if (odd !== undefined) wrongs[fieldOf(stay, field)] = said.notCode(odd);
  }
  return wrongs;
}

function written({ admitted, discharged, type, icd10, icd9 }: TypedStay): object {
  const diagnoses = [
    ...codesIn(icd10).map((icd_code) => ({ icd_code, icd_version: 10 })),
    ...codesIn(icd9).map((icd_code) => ({ icd_code, icd_version: 9 })),
  ];
  return {
    admitted: admitted.trim(),
    ...(discharged.trim() === "" ? {} : { discharged: discharged.trim() }),
    ...(type === "" ? {} : { admission_type: type }),
    diagnoses,
  };
}
