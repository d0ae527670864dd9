import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { words } from "../words/words";
import { ReasonForm } from "./ReasonForm";

async function asked(isNeeded: boolean) {
  const given: string[] = [];
  await shown(<ReasonForm title="Reject" button="Reject it" isNeeded={isNeeded} onGive={(reason) => given.push(reason)} onClose={() => undefined} />);
  return { given, field: screen.getByLabelText(new RegExp(words.common.reason)), button: screen.getByRole("button", { name: "Reject it" }) };
}

test("a reason that is needed can't be left out, and blanks are none", async () => {
  const { given, field, button } = await asked(true);
  expect(button).toBeDisabled();
  await userEvent.type(field, "   ");
  expect(button).toBeDisabled();
  expect(given).toEqual([]);
});

test("a reason is one line, without blanks around it", async () => {
  const { given, field, button } = await asked(true);
  await userEvent.click(field);
  await userEvent.paste("  wrong cohort\n\nseen by Wanjiru ");
  await userEvent.click(button);
  expect(given).toEqual(["wrong cohort seen by Wanjiru"]);
});

test("a reason that is not needed may be left out", async () => {
  const { given, button } = await asked(false);
  await userEvent.click(button);
  expect(given).toEqual([""]);
});
