import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { Bars, MOST_BARS } from "./Bars";

test("each number stands there in writing, and what was not measured is a dash", async () => {
  const bars = [
    { name: "KNH", value: -0.25 },
    { name: "MTRH", value: null },
  ];
  await shown(<Bars title="Cosine" nameLabel="Hospital" bars={bars} write={(value) => value.toFixed(2)} nothing="no" />);
  expect(screen.getByText("-0.25")).toBeVisible();
  expect(screen.getByText("–")).toBeVisible();
});

test("where nothing was measured it says why, and there is no file to save", async () => {
  await shown(<Bars title="Norm" nameLabel="Hospital" bars={[{ name: "KNH", value: null }]} write={String} nothing="too few" />);
  expect(screen.getByText("too few")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("of very many the first are drawn, and it says so", async () => {
  const bars = Array.from({ length: 200 }, (_, at) => ({ name: `H${at}`, value: at }));
  await shown(<Bars title="Weight" nameLabel="Hospital" bars={bars} write={String} nothing="" />);
  expect(screen.getAllByRole("listitem")).toHaveLength(MOST_BARS);
  expect(screen.getByText(/200/)).toBeVisible();
});
