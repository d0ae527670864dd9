import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { AnswersView, comparedOf } from "./AnswersView";
import { ABSTAINED, ANSWER, FELL } from "./fixtures";

const OWN = { ...ANSWER, risk_level: "high", model: { ...ANSWER.model, scope: "envoy", envoy_name: "KNH", envoys: null, version: 9 } } as const;

test("both answers stand beside each other, in words and numbers, each with its model", async () => {
  await shown(<AnswersView task={{ name: "t", label: "fell" }} isOld={false} answers={[{ whose: "KNH", outcome: OWN }, { whose: null, outcome: ANSWER }]} />);
  expect(screen.getByText("High risk")).toBeInTheDocument();
  expect(screen.getByText("Medium risk")).toBeInTheDocument();
  const table = screen.getByRole("table", { name: "Probabilities: Global model" });
  expect(within(table).getByRole("row", { name: /medium 85.0%/ })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "version 4" })).toHaveAttribute("href", "/models/4?task=t");
  expect(screen.getByRole("status")).toHaveTextContent("that of KNH says high, the global one medium");
});

test("inputs that changed are said to be no longer answered", async () => {
  await shown(<AnswersView task={{ name: "t", label: "fell" }} isOld answers={[{ whose: null, outcome: ANSWER }]} />);
  expect(screen.getByRole("status")).toHaveTextContent("ask again");
});

test("where one did not answer nothing is compared, and the other is shown", async () => {
  const answers = [{ whose: "KNH", outcome: new TypeError("gone") }, { whose: null, outcome: ANSWER }];
  expect(comparedOf(answers)).toBe("");
  await shown(<AnswersView task={{ name: "t", label: "fell" }} isOld={false} answers={answers} />);
  expect(screen.getByRole("alert")).toBeInTheDocument();
  expect(screen.getByText("Medium risk")).toBeInTheDocument();
});

test("where there is no probability nothing is compared, and it is said who answers", () => {
  const answers = [{ whose: "KNH", outcome: ABSTAINED }, { whose: null, outcome: ABSTAINED }];
  expect(comparedOf(answers)).toBe("Neither model answers for this patient.");
  expect(comparedOf([{ whose: "KNH", outcome: FELL }, { whose: null, outcome: ABSTAINED }])).toContain("Only one");
  expect(comparedOf([{ whose: "KNH", outcome: FELL }, { whose: null, outcome: FELL }])).toContain("same level");
});

test("an answer of a binary outcome says which model it was", async () => {
  await shown(<AnswersView task={{ name: "falls", label: "fell" }} isOld={false} answers={[{ whose: null, outcome: FELL }]} />);
  expect(screen.getByRole("link", { name: "version 4" })).toHaveAttribute("href", "/models/4?task=falls");
  expect(screen.getByText("12.3%")).toBeInTheDocument();
});
