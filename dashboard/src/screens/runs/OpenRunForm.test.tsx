import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Schemas } from "../../api/client";
import { shown } from "../../testing/shown";
import { TASK } from "../patient/fixtures";
import { OpenRunForm } from "./OpenRunForm";

const TRIMMED: Schemas["StrategyDescription"] = {
  name: "trimmed_mean",
  summary: "Without the smallest and the largest.",
  parameters: [{ name: "f", default: 1, least: 0, most: null, is_whole: true, takes_least: true, takes_most: true }],
  is_default: false,
  default_name: null,
  can_clip: true,
};

async function form() {
  const onOpen = vi.fn<(request: Schemas["RunRequest"]) => void>();
  const props = { tasks: [TASK], strategies: [TRIMMED], hospitals: ["Embu", "KNH"], task: TASK.name, isBusy: false };
  await shown(<OpenRunForm {...props} onTask={() => undefined} onOpen={onOpen} />);
  return onOpen;
}

test("what was filled in is what is asked for", async () => {
  const onOpen = await form();
  const { clear, click, selectOptions, type } = userEvent;
  await clear(screen.getByRole("textbox", { name: /Rounds/ }));
  await type(screen.getByRole("textbox", { name: /Rounds/ }), "3");
  await click(screen.getByRole("radio", { name: "Only some" }));
  await click(screen.getByRole("checkbox", { name: "KNH" }));
  await selectOptions(screen.getByRole("combobox", { name: "Strategy" }), "trimmed_mean");
  await click(screen.getByRole("checkbox", { name: "Clip first" }));
  await type(screen.getByRole("textbox", { name: "f" }), "0");
  await click(screen.getByRole("button", { name: "Open the run" }));
  expect(onOpen).toHaveBeenCalledExactlyOnceWith({
    task: TASK.name,
    rounds: 3,
    quorum: null,
    deadline_seconds: 43_200,
    strategy: "clip+trimmed_mean",
    parameters: { f: 0 },
    envoys: ["KNH"],
    late: "refuse",
    patience: null,
    seed: 0,
    paused: false,
  });
});

test("what is wrong is said at its field, and nothing is asked for", async () => {
  const onOpen = await form();
  await userEvent.type(screen.getByRole("textbox", { name: "Quorum" }), "3");
  await userEvent.click(screen.getByRole("button", { name: "Open the run" }));
  expect(screen.getByRole("textbox", { name: "Quorum" })).toHaveAccessibleDescription(/Only 2 are invited/);
  expect(screen.getByRole("alert")).toHaveTextContent("look at the marked fields");
  expect(onOpen).not.toHaveBeenCalled();
});
