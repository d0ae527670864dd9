import { within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import type { Schemas } from "../../api/client";
import { shown } from "../../testing/shown";
import { toDecide } from "./matters";
import { OverviewView } from "./OverviewView";

type Overview = Schemas["Overview"];

const at = "2026-01-15T12:00:00Z";
const empty: Overview = { task: "t", at, silent_after_seconds: 900, is_quiet: false, hospitals: [], rounds: [], matters: [], current: null, versions: [], events: [] };
const tile = (envoy_name: string, more: Partial<Schemas["HospitalTile"]> = {}): Schemas["HospitalTile"] => ({
  envoy_name,
  state: "in_touch",
  last_seen_at: at,
  version: 1,
  stale: false,
  awaited_in: [],
  ...more,
});
const silent = tile("KNH", { state: "silent", last_seen_at: "2026-01-15T09:00:00Z" });

async function look(overview: Overview, may: (operation: string) => boolean = () => true, state = "") {
  const onState = vi.fn();
  const view = await shown(<OverviewView overview={overview} asOf={Date.now()} may={may} state={state} onState={onState} />);
  const answer = (question: string) => view.getByRole("region", { name: question }).textContent;
  return { ...view, onState, answer };
}

test("an empty federation says what to do first", async () => {
  const { answer, getAllByRole } = await look(empty);
  expect(answer("Who is silent?")).toContain("Nobody: there are no hospitals yet.");
  expect(answer("What waits on whom?")).toContain("Nothing: no run is open.");
  expect(answer("What must I decide?")).toContain("Waits for you: 1 decision.");
  for (const link of getAllByRole("link", { name: "Add the first hospital" })) expect(link).toHaveAttribute("href", "/hospitals/add");
});

test("a healthy one says three times that nothing is to be done", async () => {
  const { answer } = await look({ ...empty, hospitals: [tile("KNH"), tile("Embu")] });
  expect(answer("Who is silent?")).toContain("Silent: nobody. In touch: 2 hospitals.");
  expect(answer("What must I decide?")).toContain("Nothing waits for you.");
});

test("a silent hospital is named, with how long it was not seen", async () => {
  const { answer } = await look({ ...empty, hospitals: [silent, tile("Embu")] });
  expect(answer("Who is silent?")).toContain("Silent: 1 of 2 hospitals.");
  expect(answer("Who is silent?")).toContain("KNH: not seen for 3 h");
});

test("an analyst, who is told no states, is told that", async () => {
  const { answer, queryByRole } = await look({ ...empty, hospitals: [tile("KNH", { state: null, last_seen_at: null })] }, () => false);
  expect(answer("Who is silent?")).toContain("Your role is not told");
  expect(queryByRole("group", { name: "Show hospitals by state" })).toBeNull();
});

test("quiet is said", async () => {
  const { answer } = await look({ ...empty, is_quiet: true });
  expect(answer("What waits on whom?")).toContain("The director is quiet");
});

test("tiles are filtered by state", async () => {
  const { getByRole, onState } = await look({ ...empty, hospitals: [silent, tile("Embu")] }, undefined, "silent");
  const hospitals = within(getByRole("region", { name: "Hospitals" }));
  expect(hospitals.queryByText("Embu")).toBeNull();
  hospitals.getByRole("button", { name: "all: 2" }).click();
  expect(onState).toHaveBeenCalledWith("");
});

test("of two hundred hospitals the first are shown, and the rest at a click", async () => {
  const many = Array.from({ length: 200 }, (_, each) => tile(`h${each}`));
  const { getByRole } = await look({ ...empty, hospitals: many });
  const hospitals = within(getByRole("region", { name: "Hospitals" }));
  expect(hospitals.getAllByRole("listitem")).toHaveLength(24);
  expect(hospitals.getByRole("button", { name: "Show all 200" })).toBeVisible();
});

const kinds: Schemas["Matter"]["kind"][] = [
  "submission_quarantined",
  "statistics_quarantined",
  "version_waiting",
  "round_failed",
  "run_paused",
  "proposal_open",
  "hospital_not_joined",
  "token_ends",
  "backup_old",
  "disk_short",
  "audit_broken",
];

test.each(kinds)("%s has its sentence and its way", (kind) => {
  const { sentence, todo, way } = toDecide({ kind, subject: "7", envoy_name: "KNH", task: "t", version: 2, run: 3 }, () => true);
  expect(sentence).toMatch(/^\{way\}: .+\.$/);
  expect(todo).not.toBe("");
  expect(way.to).toMatch(/^\//);
});

test("a model in quarantine is decided where it is shown; whoever can't decide looks at it", async () => {
  const matter = { kind: "submission_quarantined" as const, subject: "s1", envoy_name: "KNH", version: 2, since: at };
  const { getByRole } = await look({ ...empty, hospitals: [tile("KNH")], matters: [matter] });
  expect(getByRole("link", { name: "Release or reject the model" })).toHaveAttribute("href", "/submissions/s1");
  const { isMine, todo } = toDecide(matter, () => false);
  expect([isMine, todo]).toEqual([false, "Look at it"]);
});

const stuck: Schemas["RoundCard"] = {
  run: 3,
  run_state: "running",
  task: "t",
  n: 9,
  strategy: "fedavg",
  number: 2,
  rounds: 3,
  attempt: 1,
  state: "collecting",
  opened_at: at,
  closes_at: null,
  closes_in_seconds: null,
  quorum: 2,
  invited: 2,
  returned: ["Embu"],
  awaited: ["KNH"],
  silent: ["KNH"],
  reason: null,
};

test("what closing a run loses is said beside the question", async () => {
  const { answer } = await look({ ...empty, hospitals: [silent, tile("Embu")], rounds: [stuck] });
  expect(answer("What must I decide?")).toContain("Closing run 3 ends it for good: the update that has returned in its round then counts for nothing;");
  const paused = { kind: "run_paused" as const, subject: "3", run: 3 };
  expect(toDecide(paused, () => true, [{ ...stuck, returned: ["a", "b"] }]).loses).toContain("the 2 updates that have returned");
  expect(toDecide(paused, () => true).loses).toBe("Closing run 3 ends it for good: versions that were published stay.");
  expect(toDecide(paused, () => false).loses).toBeNull();
});

test("what was made for other cut points is called stale, of a hospital and of the federation", async () => {
  const version = { version: 7, stale: true, published: false } as Schemas["VersionSummary"];
  const { container } = await look({ ...empty, hospitals: [tile("KNH", { version: 3, stale: true })], versions: [{ ...version, mean: {}, worst: {} }] });
  expect(container.textContent).toContain("version 3, stale");
  expect(container.textContent).toContain("No version answers: the newest, 7, is stale, made for another definition of t");
});
