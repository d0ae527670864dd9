import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { words } from "../words/words";
import { Verdict } from "./Verdict";

test("each verdict has its word and its own sign: no colour says it alone", async () => {
  const signs = new Set<string>();
  for (const verdict of ["admitted", "quarantined", "rejected"] as const) {
    const { container, unmount } = await shown(<Verdict verdict={verdict} />);
    expect(screen.getByText(words.common[verdict], { exact: false })).toBeInTheDocument();
    signs.add(container.querySelector("[aria-hidden]")?.textContent ?? "");
    unmount();
  }
  expect(signs.size).toBe(3);
  expect(signs).not.toContain("");
});
