import { LANGUAGE } from "../words/words";

/** Numbers as people read them: with thousands set apart, bytes with their unit. */

const STEPS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const KILO = 1000;

const number = new Intl.NumberFormat(LANGUAGE);
const score = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });

export function amount(value: number): string {
  return number.format(value);
}

/** Write a score or a weight: four digits say enough. */
export function rounded(value: number): string {
  return score.format(value);
}

/** Say so many bytes in the largest unit of which there is one at least: "12.5 kB". */
export function bytes(count: number): string {
  let [value, step] = [count, 0];
  // what would be written as 1,000 of a unit is one of the next
  while (step < STEPS.length - 1 && Math.abs(value) >= KILO - 0.5) [value, step] = [value / KILO, step + 1];
  const unit = STEPS[step] ?? "byte";
  const digits = step > 0 && Math.abs(value) < 100 ? 1 : 0;
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}
