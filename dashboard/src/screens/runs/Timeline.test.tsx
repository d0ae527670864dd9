import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { AnswersTable } from "./AnswersTable";
import { partLike, recordLike, runLike } from "./fixtures";
import { Timeline } from "./Timeline";

const of = { metric: "accuracy", isOwnAlone: false, onAll: () => undefined };

test("a round is a line with its numbers; its parts come when they are asked for", async () => {
  const late = partLike("KNH", 0.95, { is_late: true });
  await shown(<Timeline task="t" {...of} isAll={false} records={[recordLike({ parts: [late], refused: ["MTRH"] })]} />);
  expect(screen.getByText("Mean of accuracy").nextSibling).toHaveTextContent("0.9");
  expect(screen.getByText("Worst of accuracy").nextSibling).toHaveTextContent("0.8");
  expect(screen.getByText("Late").nextSibling).toHaveTextContent("1");
  expect(screen.getByText("Refused").nextSibling).toHaveTextContent("1");
  expect(screen.getByText("12.5 kB")).toBeInTheDocument();
  expect(screen.queryByRole("table")).toBeNull();
  const button = screen.getByRole("button", { name: "Show the parts: Round 2" });
  expect(button).toHaveAttribute("aria-expanded", "false");
  await userEvent.click(button);
  const parts = await screen.findByRole("table", { name: "The hospitals' parts in round 2" });
  const row = within(parts).getByRole("row", { name: /KNH/ });
  expect(within(row).getByText("0.95")).toBeInTheDocument();
  expect(within(row).getByRole("link", { name: "0123456789abcdef" })).toHaveAttribute("href", "/submissions/0123456789abcdef");
  expect(screen.getByText("Came too late and was refused: MTRH.")).toBeInTheDocument();
});

test("all rounds' parts stand open where all are asked for", async () => {
  await shown(<Timeline task="t" {...of} isAll records={[recordLike({ n: 5, number: 1 }), recordLike()]} />);
  expect(screen.getAllByRole("table")).toHaveLength(2);
  expect(screen.getByRole("button", { name: "Every hospital's part" })).toHaveAttribute("aria-pressed", "true");
});

test("an answer says what is known: how many patients, or fewer than 11, or why not", async () => {
  const hospitals = [
    ...runLike().hospitals,
    { envoy_name: "MTRH", choice: "refuse" as const, reason: "<b>no</b> time", patients: null, answered_at: null },
  ];
  await shown(<AnswersTable own={null} hospitals={hospitals} />);
  expect(screen.getByRole("row", { name: /KNH takes part 240/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Embu has not answered/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /MTRH refuses – <b>no<\/b> time/ })).toBeInTheDocument();
});

test("a hospital is told that others' answers are not shown to it, and not that they are missing", async () => {
  await shown(<AnswersTable own="KNH" hospitals={runLike().hospitals} />);
  expect(screen.getByRole("row", { name: /Embu not shown to other hospitals/ })).toBeInTheDocument();
});
