import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { AnswersView, comparedOf } from "./AnswersView";
import { ANSWER } from "./fixtures";

const OWN = { ...ANSWER, risk_level: "high", model: { ...ANSWER.model, scope: "envoy", envoy_name: "KNH", envoys: null, version: 9 } } as const;

test("both answers stand beside each other, in words and numbers, each with its model", async () => {
  await shown(<AnswersView task="t" isOld={false} answers={[{ whose: "KNH", outcome: OWN }, { whose: null, outcome: ANSWER }]} />);
  expect(screen.getByText("High risk")).toBeInTheDocument();
  expect(screen.getByText("Medium risk")).toBeInTheDocument();
  const table = screen.getByRole("table", { name: "Probabilities: Global model" });
  expect(within(table).getByRole("row", { name: /medium 85.0%/ })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "version 4" })).toHaveAttribute("href", "/models/4?task=t");
  expect(screen.getByRole("status")).toHaveTextContent("that of KNH says high, the global one medium");
});

test("inputs that changed are said to be no longer answered", async () => {
  await shown(<AnswersView task="t" isOld answers={[{ whose: null, outcome: ANSWER }]} />);
  expect(screen.getByRole("status")).toHaveTextContent("ask again");
});

test("where one did not answer nothing is compared, and the other is shown", async () => {
  const answers = [{ whose: "KNH", outcome: new TypeError("gone") }, { whose: null, outcome: ANSWER }];
  expect(comparedOf(answers)).toBe("");
  await shown(<AnswersView task="t" isOld={false} answers={answers} />);
  expect(screen.getByRole("alert")).toBeInTheDocument();
  expect(screen.getByText("Medium risk")).toBeInTheDocument();
});
