import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { words } from "../words/words";
import { TypedConfirm } from "./TypedConfirm";

async function asked() {
  const told: string[] = [];
  await shown(
    <TypedConfirm name="KNH" title="Disable" button="Disable it" onConfirm={() => told.push("done")} onClose={() => told.push("closed")}>
      Its models enter no further aggregate.
    </TypedConfirm>,
  );
  return { told, field: screen.getByLabelText(words.common.typeToConfirm("KNH")) };
}

test.each(["", "knh", "KNH2"])("%o is not the name: nothing is done, and it says so", async (typed) => {
  const { told, field } = await asked();
  if (typed) await userEvent.type(field, typed);
  await userEvent.click(screen.getByRole("button", { name: "Disable it" }));
  expect(told).toEqual([]);
  expect(screen.getByText(words.common.typedWrongly)).toBeInTheDocument();
});

test("with the name it is done, also by the keyboard", async () => {
  const { told, field } = await asked();
  await userEvent.type(field, "KNH{Enter}");
  expect(told).toEqual(["done"]);
});

test("whoever cancels does nothing", async () => {
  const { told } = await asked();
  await userEvent.click(screen.getByRole("button", { name: words.common.cancel }));
  expect(told).toEqual(["closed"]);
});
