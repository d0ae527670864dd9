import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { ProblemError } from "../../api/problems";
import { shown } from "../../testing/shown";
import { BrokenAnswerError } from "./batch";
import { BatchProgress } from "./BatchProgress";

const of = { task: "diagnosis_count", whose: null };

test("how far it is stands in numbers beside the bar", async () => {
  await shown(<BatchProgress {...of} state={{ is: "answering", answered: 8192, all: 100_000 }} />);
  expect(screen.getByRole("status")).toHaveTextContent("8,192 of 100,000 rows answered");
});

test("what the director says of a row is shown as it says it", async () => {
  const error = new ProblemError(422, "invalid_input", "Row 3: Feature diagnosis_count is not a number.", "Send a number.");
  await shown(<BatchProgress {...of} state={{ is: "failed", error }} />);
  expect(screen.getByRole("alert")).toHaveTextContent("Row 3: Feature diagnosis_count");
});

test("an answer that broke off says so", async () => {
  await shown(<BatchProgress {...of} state={{ is: "failed", error: new BrokenAnswerError("It broke off.") }} />);
  expect(screen.getByRole("alert")).toHaveTextContent("It broke off.");
});

test("a result counts its levels", async () => {
  const model = { version: "3", sha256: "e".repeat(64) };
  const answer = { csv: "", rows: 4, counts: { low: 3, medium: 0, high: 1 }, abstained: null, model, requestId: "r1" };
  await shown(<BatchProgress {...of} state={{ is: "done", answer }} />);
  expect(screen.getByRole("row", { name: /low 3 75.0%/ })).toBeInTheDocument();
  expect(screen.queryByRole("row", { name: /no answer/ })).not.toBeInTheDocument();
  expect(screen.getByText("Number of the request: r1")).toBeInTheDocument();
  expect(screen.getByText(/Global model, version 3, was asked about all rows/)).toBeInTheDocument();
});

test("rows without an answer are counted by themselves", async () => {
  const answer = { csv: "", rows: 4, counts: { low: 2, medium: 0, high: 1 }, abstained: 1, model: null, requestId: null };
  await shown(<BatchProgress {...of} state={{ is: "done", answer }} />);
  expect(screen.getByRole("status")).toHaveTextContent("3 rows answered, 1 without an answer");
  expect(screen.getByRole("row", { name: /low 2 50.0%/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /no answer 1 25.0%/ })).toBeInTheDocument();
});
