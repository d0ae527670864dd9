import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import type { Filters } from "../../app/router";
import { shown } from "../../testing/shown";
import { words } from "../../words/words";
import { AuditRecords } from "./AuditRecords";
import { asLocal, asMoment, auditFilters } from "./filters";
import { FiltersInForce } from "./FiltersInForce";
import { Verification } from "./Verification";

const { audit: said } = words;
const HEAD = "ab".repeat(32);

test("of a URL the audit takes its own filters alone, and no moment that is none", () => {
  expect(auditFilters({ act: "token.issue", role: "admin", since: "yesterday" })).toEqual({ act: "token.issue" });
  expect(auditFilters({ since: "2026-01-15T08:00:00+03:00" })).toEqual({ since: "2026-01-15T05:00:00.000Z" });
});

test("a moment comes back from the browser's field as it went in", () => {
  const moment = "2026-01-15T08:00:00.000Z";
  expect(asMoment(asLocal(moment))).toBe(moment);
  expect(asMoment("")).toBeUndefined();
});

test("each filter can be taken away, and all of them", async () => {
  const changes: Filters[] = [];
  await shown(<FiltersInForce filters={{ act: "token.issue", actor: "director" }} onChange={(change) => changes.push(change)} />);
  await userEvent.click(screen.getByRole("button", { name: said.clearOne(said.filterIs(said.actor, "director")) }));
  await userEvent.click(screen.getByRole("button", { name: said.clear }));
  expect(changes).toEqual([{ actor: undefined }, { act: undefined, actor: undefined, subject: undefined, since: undefined }]);
});

test("a whole chain says how many records hold, and its head", async () => {
  await shown(<Verification verification={{ is_whole: true, records: 1234, head: { seq: 1234, digest: HEAD, at: "2026-01-15T08:00:00Z" } }} />);
  expect(screen.getByRole("status")).toHaveTextContent(said.whole("1,234"));
  expect(screen.getByTitle(HEAD)).toBeInTheDocument();
});

test("a broken chain names the first bad record, what is wrong with it, and what to do", async () => {
  await shown(<Verification verification={{ is_whole: false, records: 6, first_bad: 7, defect: "Record 7 is not what was digested." }} />);
  const alert = screen.getByRole("alert");
  for (const told of [said.broken("7"), "Record 7 is not what was digested.", said.holdUpTo("6"), said.whatNow]) expect(alert).toHaveTextContent(told);
});

test("a record unfolds to all that is on it, as text, and filters from there", async () => {
  const changes: Filters[] = [];
  const reason = "<img src=x onerror=alert(1)>";
  const record: Schemas["AuditRecord"] = {
    seq: 2,
    at: "2026-01-15T08:00:00Z",
    actor: "admin:1a2b3c4d5e6f",
    person: "Wanjiru",
    act: "upload.withdraw",
    subject: "KNH",
    facts: { reason, version: 3 },
    previous: "cd".repeat(32),
    digest: HEAD,
  };
  const { container } = await shown(<AuditRecords records={[record]} onFilter={(change) => changes.push(change)} />);
  const details = container.querySelector("details");
  if (details) {
    details.open = true; // jsdom does not open it by a click
    details.dispatchEvent(new Event("toggle"));
  }
  expect(await screen.findByRole("cell", { name: reason })).toBeInTheDocument();
  expect(container.querySelector("img")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: said.onlyThis.actor }));
  expect(changes).toEqual([{ actor: "admin:1a2b3c4d5e6f" }]);
});
