import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { shown } from "../../testing/shown";
import { PublishForm } from "./PublishForm";

async function form(rollsBackFrom: string | null) {
  const given = vi.fn();
  await shown(<PublishForm version={3} rollsBackFrom={rollsBackFrom} isBusy={false} onGive={given} onClose={() => undefined} />);
  return given;
}

test("going back takes the version typed, and a reason", async () => {
  const given = await form("version 5");
  const person = userEvent.setup();
  const button = screen.getByRole("button", { name: "Roll back to this version" });
  expect(button).toBeDisabled();
  await person.type(screen.getByLabelText(/Reason/), "5 is worse at KNH");
  await person.type(screen.getByLabelText("Type 3 to confirm"), "5");
  await person.click(button);
  expect(given).not.toHaveBeenCalled();
  expect(screen.getByText("That is not the name.")).toBeVisible();
  await person.clear(screen.getByLabelText("Type 3 to confirm"));
  await person.type(screen.getByLabelText("Type 3 to confirm"), "3");
  await person.click(button);
  expect(given).toHaveBeenCalledWith("5 is worse at KNH");
});

test("a version that waits takes a reason alone", async () => {
  const given = await form(null);
  const person = userEvent.setup();
  expect(screen.queryByLabelText(/Type/)).toBeNull();
  await person.type(screen.getByLabelText(/Reason/), "agreed{Enter}by phone");
  await person.click(screen.getByRole("button", { name: "Publish" }));
  expect(given).toHaveBeenCalledWith("agreed by phone");
});
