/**
 * Okabe and Ito's colours ("Color Universal Design", 2008), told apart with every kind of colour blindness; those that
 * are too pale on white or too dark on black are shifted in lightness alone, to 3:1 on either ground. Each line has its
 * own dashes too.
 */
export const LINES: readonly { light: string; dark: string; dash: string }[] = [
  { light: "#0072b2", dark: "#56b4e9", dash: "0" },
  { light: "#c25400", dark: "#e69f00", dash: "6 3" },
  { light: "#00805e", dark: "#2fc49a", dash: "2 3" },
  { light: "#b0518a", dark: "#e29bc5", dash: "8 3 2 3" },
  { light: "#7a6a00", dark: "#f0e442", dash: "4 2" },
  { light: "#3f6f99", dark: "#9fd0ee", dash: "10 4" },
  { light: "#8f3f00", dark: "#ff9f5f", dash: "1 4" },
  { light: "#444444", dark: "#bbbbbb", dash: "12 3 3 3" },
];

export function lineAt(place: number): (typeof LINES)[number] {
  const line = LINES[place % LINES.length];
  if (line === undefined) throw new RangeError("there are no lines");
  return line;
}
