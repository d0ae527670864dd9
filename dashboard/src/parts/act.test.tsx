import { Button } from "@mantine/core";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { useAct } from "./act";

function Acting({ act }: { act: (what: string) => Promise<string> }) {
  const { mutate, isPending, data } = useAct({ act, changes: [] });
  return (
    <>
      <Button
        onClick={() => {
          mutate("once");
          mutate("twice");
        }}
      >
        Do it
      </Button>
      <p>{isPending ? "busy" : data}</p>
    </>
  );
}

test("what is under way is not done once more, and can be done again afterwards", async () => {
  const done: string[] = [];
  await shown(
    <Acting
      act={(what) => {
        done.push(what);
        return Promise.resolve(`done ${done.length}`);
      }}
    />,
  );
  await userEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("done 1")).toBeVisible();
  await userEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("done 2")).toBeVisible();
  expect(done).toEqual(["once", "once"]);
});

test("after a failure it can be tried again", async () => {
  let tries = 0;
  await shown(<Acting act={() => (++tries === 1 ? Promise.reject(new TypeError("no way there")) : Promise.resolve("at last"))} />);
  await userEvent.click(screen.getByRole("button"));
  await userEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("at last")).toBeVisible();
});
