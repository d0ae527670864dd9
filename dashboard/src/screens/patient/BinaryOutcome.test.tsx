import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { BinaryOutcome, boundsOf } from "./BinaryOutcome";
import { bySize } from "./Contributions";
import { ABSTAINED, FELL } from "./fixtures";

const of = { label: "fell during the stay", which: "Global model" };

test("a probability stands with what it is of, its level, and between which bounds that lies", async () => {
  await shown(<BinaryOutcome {...of} answer={FELL} />);
  expect(screen.getByText("Probability of: fell during the stay")).toBeInTheDocument();
  expect(screen.getByText("12.3%")).toBeInTheDocument();
  expect(screen.getByText("Medium risk")).toBeInTheDocument();
  expect(screen.getByText("medium: from 10% to below 30%")).toBeInTheDocument();
  expect(screen.getByText(/the declared value stands for it: ward/)).toBeInTheDocument();
});

test("no answer is no low risk", async () => {
  await shown(<BinaryOutcome {...of} answer={ABSTAINED} />);
  expect(screen.getByText("No answer")).toBeInTheDocument();
  expect(screen.getByRole("note")).toHaveTextContent("The task leaves out patients with age < 18.");
  expect(screen.getByRole("note")).toHaveTextContent("That is no low risk");
  expect(screen.queryByText(/%/)).not.toBeInTheDocument();
  expect(screen.queryByText("Low risk")).not.toBeInTheDocument();
  expect(screen.queryByRole("table")).not.toBeInTheDocument();
});

test("what each feature adds stands largest first, with its sign, and they add up", async () => {
  await shown(<BinaryOutcome {...of} answer={FELL} />);
  const table = screen.getByRole("table", { name: "What each feature adds: Global model" });
  const rows = within(table).getAllByRole("row").map(({ textContent }) => textContent);
  expect(rows).toEqual([
    "FeatureAdds",
    "what every patient has-2.0000",
    "walks_alone-0.7500",
    "age+0.5000",
    "ward (not known)+0.2500",
    "earlier_falls0.0000",
    "Together: the log-odds-2.0000",
  ]);
});

test("a feature that is called intercept is a feature", () => {
  const told = bySize([{ feature: "intercept", contribution: 1 }, { feature: "intercept", contribution: 2 }], []);
  expect(told.map(({ name }) => name)).toEqual(["intercept", "what every patient has"]);
});

test("of a model with layers nothing is said of features", async () => {
  await shown(<BinaryOutcome {...of} answer={{ ...FELL, contributions: [] }} />);
  expect(screen.getByText(/This model has layers/)).toBeInTheDocument();
});

test.each([
  [1, "One of the diagnosis codes maps to nothing"],
  [1200, "1,200 of the diagnosis codes map to nothing"],
])("%i codes that map to nothing are said", async (unknown_codes, told) => {
  await shown(<BinaryOutcome {...of} answer={{ ...FELL, unknown_codes }} />);
  expect(screen.getByText(new RegExp(told))).toBeInTheDocument();
});

test("each level has its bounds", () => {
  expect(boundsOf("low", [0.05, 0.125])).toBe("low: below 5%");
  expect(boundsOf("high", [0.05, 0.125])).toBe("high: 12.5% or more");
});
