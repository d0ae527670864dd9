import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { roundLike, runLike } from "./fixtures";
import { RunsTable } from "./RunsTable";

test("a run says how far it is and whom it waits for", async () => {
  await shown(<RunsTable own={null} runs={[runLike({ current: roundLike() })]} />);
  const row = screen.getByRole("row", { name: /Run 3/ });
  expect(within(row).getByText("running")).toBeInTheDocument();
  expect(within(row).getByText("2 of 5 rounds published")).toBeInTheDocument();
  expect(within(row).getByText("an update of Embu")).toBeInTheDocument();
  expect(within(row).getByRole("link", { name: "Run 3" })).toHaveAttribute("href", "/runs/3");
});

test("of very many hospitals the first are named, and how many more there are", async () => {
  const awaited = Array.from({ length: 200 }, (_, at) => `H${at}`);
  await shown(<RunsTable own={null} runs={[runLike({ current: roundLike({ awaited }) })]} />);
  expect(screen.getByText("an update of H0, H1, H2, H3, H4, and 195 more")).toBeInTheDocument();
});
