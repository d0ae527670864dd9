import { useInfiniteQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { ProblemError } from "../api/problems";
import { pagesQuery } from "../api/queries";
import { shown } from "../testing/shown";
import { words } from "../words/words";
import { AskedPages } from "./AskedPages";

type Read = (cursor?: string) => Promise<{ items: string[]; next?: string | null }>;

function List({ read }: { read: Read }) {
  const query = useInfiniteQuery({ ...pagesQuery(["audit"], read), retry: false });
  return (
    <AskedPages query={query} empty="Nothing yet. Add the first.">
      {(items) => <p>{items.join(" ")}</p>}
    </AskedPages>
  );
}

test("the next page is read by the cursor of the one before, and the end is said", async () => {
  const asked: (string | undefined)[] = [];
  const read: Read = (cursor) => {
    asked.push(cursor);
    return Promise.resolve(cursor === undefined ? { items: ["a", "b"], next: "2" } : { items: ["c"], next: null });
  };
  await shown(<List read={read} />);
  expect(await screen.findByText("a b")).toBeInTheDocument();
  expect(screen.getByRole("status")).toHaveTextContent(/^2 shown$/);
  await userEvent.click(screen.getByRole("button", { name: words.common.more }));
  expect(await screen.findByText("a b c")).toBeInTheDocument();
  expect(asked).toEqual([undefined, "2"]);
  expect(screen.getByRole("status")).toHaveTextContent(words.common.allShown);
  expect(screen.queryByRole("button", { name: words.common.more })).toBeNull();
});

test("an empty list says what to do first", async () => {
  await shown(<List read={() => Promise.resolve({ items: [] })} />);
  expect(await screen.findByText("Nothing yet. Add the first.")).toBeInTheDocument();
});

test("a list that can't be read says why, and is not empty", async () => {
  await shown(<List read={() => Promise.reject(new ProblemError(500, "internal", "The database is away.", null))} />);
  expect(await screen.findByRole("alert")).toHaveTextContent("The database is away.");
  expect(screen.queryByText("Nothing yet. Add the first.")).toBeNull();
});
