import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { words } from "../../words/words";
import { ProposalCard } from "./ProposalCard";
import { type Proposal, waitingActs, wayTo, whatOf } from "./proposals";
import { WaitingActs } from "./WaitingActs";

const { approvals: said } = words;
const PROPOSAL: Proposal = {
  id: 3,
  act: "publish",
  subject: "diagnosis_count 7",
  request: { task: "diagnosis_count", version: 7 },
  reason: "better at KNH",
  state: "open",
  proposed_by: "admin:1a2b3c4d5e6f",
  person: "Wanjiru",
  proposed_at: "2026-01-15T08:00:00Z",
  expires_at: "2026-01-22T08:00:00Z",
  is_own: false,
};
const nothing = () => undefined;

test("another admin's proposal can be approved or declined", async () => {
  await shown(<ProposalCard proposal={PROPOSAL} onApprove={nothing} onDecline={nothing} />);
  expect(screen.getByRole("button", { name: said.approve })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: said.decline })).toBeInTheDocument();
  expect(screen.getByText("better at KNH")).toBeInTheDocument();
  expect(screen.getByRole("link")).toHaveAttribute("href", "/models/7?task=diagnosis_count");
});

test("one's own can't be approved, only withdrawn, and it says who can", async () => {
  await shown(<ProposalCard proposal={{ ...PROPOSAL, is_own: true }} onApprove={nothing} onDecline={nothing} />);
  expect(screen.queryByRole("button", { name: said.approve })).toBeNull();
  expect(screen.getByRole("button", { name: said.withdraw })).toBeInTheDocument();
  expect(screen.getByText(said.own, { exact: false })).toBeInTheDocument();
});

test.each([
  [{ act: "publish", subject: "t 7", request: {} } as const, "version 7 of t", "/models/$version"],
  [{ act: "disable", subject: "KNH", request: {} } as const, "KNH", "/hospitals/$envoy"],
  [{ act: "release", subject: "s1", request: { submission_id: "s1" } } as const, "s1", "/submissions/$id"],
  [{ act: "release", subject: "KNH t 2", request: { envoy_name: "KNH" } } as const, "KNH t 2", "/hospitals/$envoy"],
])("%o is looked at where it is", (proposal, what, to) => {
  expect(whatOf(proposal)).toBe(what);
  expect(wayTo(proposal)?.to).toBe(to);
});

test("the acts that wait are read from the setting; a director that has none tells nothing", () => {
  expect(waitingActs([{ name: "two_admins", value: ["disable", "publish"], is_default: false }])).toEqual(["publish", "disable"]);
  expect(waitingActs([{ name: "two_admins", value: [], is_default: true }])).toEqual([]);
  expect(waitingActs([])).toBeNull();
});

test("where nothing waits the page says how to set it", async () => {
  await shown(<WaitingActs acts={[]} />);
  expect(screen.getByText(said.nothingWaits)).toBeInTheDocument();
  expect(screen.getByText(said.settingLines)).toBeInTheDocument();
});
