import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { shown } from "../../testing/shown";
import { QuietView } from "./QuietView";

const OPEN = { is_quiet: false, since: null, is_safe: false, under_way: [] };
const acts = () => ({ isBusy: false, onBegin: vi.fn<() => void>(), onEnd: vi.fn<() => void>() });

test("while the director opens what is due, it can be told to open nothing new", async () => {
  const on = acts();
  await shown(<QuietView quiescence={OPEN} {...on} />);
  await userEvent.click(screen.getByRole("button", { name: "Open nothing new" }));
  expect(on.onBegin).toHaveBeenCalledOnce();
  expect(screen.queryByText("Safe to redeploy")).toBeNull();
});

test("safe to redeploy is said once nothing is under way that a stop would cut, with what may wait", async () => {
  const on = acts();
  const quiescence = { is_quiet: true, since: "2026-01-15T08:00:00Z", is_safe: true, under_way: ["Round 2 of run 1 is collecting."] };
  await shown(<QuietView quiescence={quiescence} {...on} />);
  expect(screen.getByRole("status")).toHaveTextContent("Safe to redeploy");
  expect(screen.getByText("Round 2 of run 1 is collecting.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Open again what is due" }));
  expect(on.onEnd).toHaveBeenCalledOnce();
});

test("a round that is being combined is to be waited for", async () => {
  const quiescence = { is_quiet: true, since: "2026-01-15T08:00:00Z", is_safe: false, under_way: ["Round 2 of run 1 is aggregating."] };
  await shown(<QuietView quiescence={quiescence} {...acts()} />);
  expect(screen.getByRole("status")).toHaveTextContent("Not yet safe to stop");
});
