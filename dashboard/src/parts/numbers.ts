import { LANGUAGE } from "../words/words";

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const fixed = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const signed = new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: 4,
  maximumFractionDigits: 4,
  signDisplay: "exceptZero",
});
const share = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
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

/** How large a file is. */
export const writeBytes = orNothing((value) => {
  const place = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  const unit = UNITS[place] ?? "byte";
  const format = new Intl.NumberFormat(LANGUAGE, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: 1,
  });
  return format.format(value / 1000 ** place);
});
