import { expect, test } from "vitest";

import { filtersOf } from "./router";

test("texts and numbers of a URL are filters, as texts", () => {
  expect(filtersOf({ act: "upload.admit", subject: 12 })).toEqual({ act: "upload.admit", subject: "12" });
});

test.each([[null], [true], [["a"]], [{ a: 1 }], [undefined]])("%o is no filter", (value) => {
  expect(filtersOf({ act: value })).toEqual({});
});
