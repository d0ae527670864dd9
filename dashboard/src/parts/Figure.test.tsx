import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { shown } from "../testing/shown";
import { words } from "../words/words";
import { Figure, MOST_DRAWN } from "./Figure";

const many = Array.from({ length: MOST_DRAWN + 3 }, (_, at) => ({ name: `Hospital ${at}`, values: [at, null] }));

let saved: Blob[] = [];
beforeEach(() => {
  saved = [];
  // jsdom can neither hold a blob's address nor follow it
  URL.createObjectURL = (blob) => (saved.push(blob as Blob), "blob:saved");
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
});
afterEach(() => void vi.restoreAllMocks());

const figure = <Figure title="Loss" xLabel="Round" xs={[1, 2]} series={many} write={(value) => `${value} nats`} />;

test("of many series some are drawn, and it says so", async () => {
  await shown(figure);
  expect(screen.getByText(words.common.capped(MOST_DRAWN, many.length))).toBeInTheDocument();
});

test("the table twin holds every series, in the figure's own writing, and a dash where nothing was measured", async () => {
  await shown(figure);
  await userEvent.click(screen.getByRole("radio", { name: words.common.table }));
  const table = screen.getByRole("table", { name: "Loss" });
  expect(within(table).getAllByRole("columnheader")).toHaveLength(many.length + 1);
  expect(within(table).getByText("10 nats")).toBeInTheDocument();
  expect(within(table).getAllByText("–")).toHaveLength(many.length);
  expect(screen.queryByText(words.common.capped(MOST_DRAWN, many.length))).toBeNull();
});

test("the file holds every series, as numbers", async () => {
  await shown(figure);
  await userEvent.click(screen.getByRole("button", { name: /Loss/ }));
  const [head, first, second] = (await saved[0]?.text())?.split("\r\n") ?? [];
  expect(head?.split(",")).toHaveLength(many.length + 1);
  expect(first).toBe(["1", ...many.map((_, at) => String(at))].join(","));
  expect(second).toBe(`2${",".repeat(many.length)}`);
});

test("where there is nothing to draw it says so", async () => {
  await shown(<Figure title="Loss" xLabel="Round" xs={[]} series={[]} />);
  expect(screen.getByText(words.common.nothingToDraw)).toBeInTheDocument();
});
