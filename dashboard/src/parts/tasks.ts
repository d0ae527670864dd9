import type { Schemas } from "../api/client";

export type Task = Schemas["TaskDescription"];
export type Feature = Task["features"][number];

/*
 * What a task has as usual is not in the director's answer, though the generated types say that it is: so that is asked
 * for here, and nowhere else.
 */

/** Tell whether it learns if something happens, and answers with its probability. */
export function isBinary({ outcome }: Partial<Pick<Task, "outcome">>): boolean {
  return outcome?.kind === "binary";
}

/** Tell whether a question is a patient's record, from which the features are made. */
export function isOfRecords({ source = "mimic-iv", index = "" }: Partial<Pick<Task, "source" | "index">>): boolean {
  return source === "mimic-iv" && index !== "";
}

/** Give what a category can be; nothing of another feature. */
export function categoriesOf({ categories = [] }: Partial<Pick<Feature, "categories">>): readonly string[] {
  return categories;
}

/** Give the value that stands for one that is not there; null: it must be there. */
export function standInOf({ missing = null }: Pick<Feature, "missing">): number | string | null {
  return missing;
}

const NO_UNITS = new Set(["", "none", "0 or 1"]);

/** Give a feature's unit; "" where its values have none. */
export function unitOf({ unit, kind }: Pick<Feature, "unit" | "kind">): string {
  return kind === "category" || kind === "flag" || NO_UNITS.has(unit) ? "" : unit;
}

/** One number of a model's input. */
export interface Column {
  name: string;
  feature: Feature;
  /** Which category it says is there; null: it is the value itself, or says that there is none. */
  category: string | null;
  saysMissing: boolean;
}

/** Give what a model sees, in order: of a category one column each, and one more where a value may be missing. */
export function columnsOf(features: readonly Feature[]): Column[] {
  return features.flatMap((feature) => {
    const { name } = feature;
    const categories = categoriesOf(feature);
    const values: Column[] =
      categories.length === 0
        ? [{ name, feature, category: null, saysMissing: false }]
        : categories.map((category) => ({ name: `${name}=${category}`, feature, category, saysMissing: false }));
    const isMissing: Column = { name: `${name}:missing`, feature, category: null, saysMissing: true };
    return standInOf(feature) === null ? values : [...values, isMissing];
  });
}

/** Tell whether a column is 0 or 1 and nothing between, which the scaler leaves as it is. */
export function isZeroOrOne({ feature: { kind }, saysMissing }: Column): boolean {
  return saysMissing || kind === "flag" || kind === "category";
}
