import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { ToVersion } from "./links";

test("a version is looked at in its own task: each counts from 1", async () => {
  await shown(
    <ToVersion task="readmission" version={3}>
      version 3
    </ToVersion>,
  );
  expect(screen.getByRole("link", { name: "version 3" })).toHaveAttribute("href", "/models/3?task=readmission");
});
