import { LANGUAGE } from "../words/words";

const amount = new Intl.NumberFormat(LANGUAGE);
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const fixed = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const signed = new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: 4,
  maximumFractionDigits: 4,
  signDisplay: "exceptZero",
});
const share = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
const probability = new Intl.NumberFormat(LANGUAGE, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const extreme = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 4 });
const KILO = 1000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Stands where there is no number. */
export const NOTHING = "–";

function orNothing(write: (value: number) => string): (value: number | null | undefined) => string {
  return (value) => (value === null || value === undefined ? NOTHING : write(value));
}

/** How many of something. */
export const writeCount = orNothing((value) => whole.format(value));

/** A measured number, to four digits. */
export const writeNumber = orNothing((value) =>
  value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e9) ? value.toExponential(2) : short.format(value),
);

/** A score or a loss, to four places, so that several stand under one another. */
export const writeScore = orNothing((value) => fixed.format(value));

/** By how much a score changed, with its sign. */
export const writeChange = orNothing((value) => signed.format(value));

/** A part of a whole. */
export const writeShare = orNothing((value) => share.format(value));

/** A probability, to one place; near 0 and near 1 to more, since it is neither. */
export const writeProbability = orNothing((value) => {
  const rest = Math.min(value, 1 - value);
  return rest > 0 && rest < 0.001 ? extremely(value) : probability.format(value);
});

function extremely(value: number): string {
  const least = 1e-6;
  if (value < least) return `<${extreme.format(least)}`;
  return value > 1 - least ? `>${extreme.format(1 - least)}` : extreme.format(value);
}

/** A bound that is a part of a whole, as it is: 0.125 is 12.5%. */
export const writeShareBound = orNothing((value) => extreme.format(value));

/** A number as it is, with its thousands set apart. */
export const writeAmount = orNothing((value) => amount.format(value));

/** So many bytes, in the largest unit of which there is one at least: "12.5 kB". */
export const writeBytes = orNothing((count) => {
  let [value, step] = [count, 0];
  // what would be written as 1,000 of a unit is one of the next
  while (step < UNITS.length - 1 && Math.abs(value) >= KILO - 0.5) [value, step] = [value / KILO, step + 1];
  const unit = UNITS[step] ?? "byte";
  const format = new Intl.NumberFormat(LANGUAGE, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: step > 0 && Math.abs(value) < 100 ? 1 : 0,
  });
  return format.format(value);
});
