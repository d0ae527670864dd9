import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { Checks } from "./Checks";

test("a check on two numbers is two bars, each said in words", async () => {
  const check = {
    name: "update_direction",
    passed: false,
    seen: "cosine -0.812, 4.4 against",
    bound: "cosine at least -0.5 with the others' median, at most 3.1 against it",
    sentence: "Against the others.",
  };
  await shown(<Checks label="Checks" checks={[check]} />);
  expect(screen.getAllByRole("img").map((bar) => bar.getAttribute("aria-label"))).toEqual([
    "Which way the model moved: -0.812, at least -0.5",
    "Which way the model moved: 4.4, at most 3.1",
  ]);
  expect(screen.getByText("did not pass")).toBeVisible();
});

test("what is no number is told in words alone, as text", async () => {
  const check = { name: "<b>x</b>", passed: true, seen: "<i>1</i>", bound: "any version", sentence: "<script>alert(1)</script>" };
  await shown(<Checks label="Checks" checks={[check]} />);
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("<script>alert(1)</script>")).toBeVisible();
  expect(screen.getByText("<b>x</b>")).toBeVisible();
});
