import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { LINES } from "./palette";
import { Trend } from "./Trend";

test("a picture is named, and each line has its name beside its look", async () => {
  const series = [
    { name: "Mean", values: [0.7, 0.8] },
    { name: "Worst", values: [0.5, null] },
  ];
  await shown(<Trend title="Accuracy over versions" xLabel="Version" xs={[1, 2]} series={series} write={(value) => value.toFixed(1)} />);
  const picture = screen.getByRole("img", { name: "Accuracy over versions" });
  expect(picture).toHaveTextContent("0.8");
  expect(picture).toHaveTextContent("0.5");
  expect(picture).toHaveTextContent("Worst");
  expect(picture.querySelectorAll("path")).toHaveLength(6); // of each its line, its lone dots, and its look in the legend
});

test("its lines look as those of every other picture", async () => {
  const series = LINES.map((_, at) => ({ name: `H${at}`, values: [at, at + 1] }));
  await shown(<Trend title="All" xLabel="Version" xs={[1, 2]} series={series} />);
  const drawn = screen.getByRole("img", { name: "All" }).querySelectorAll("svg:first-of-type > path");
  expect(Array.from(drawn).slice(0, LINES.length).map((each) => each.getAttribute("stroke"))).toEqual(LINES.map(({ light }) => light));
});
