import { SimpleGrid } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { useNow } from "../../parts/When";
import { words } from "../../words/words";
import { Decide } from "./Decide";
import { LastEvents } from "./LastEvents";
import { closingLoses, toDecide, type ToDecide } from "./matters";
import { Silent } from "./Silent";
import { isStuck } from "./rounds";
import { Tiles } from "./Tiles";
import { Versions } from "./Versions";
import { Waits } from "./Waits";

interface OverviewViewProps {
  overview: Schemas["Overview"];
  /** When the director said so, by this machine's clock, in milliseconds. */
  asOf: number;
  may: (operation: string) => boolean;
  state: string;
  onState: (state: string) => void;
}

/** Rounds that can't come to an end by themselves are for a person too. */
function stuckOnes({ rounds }: Schemas["Overview"]): ToDecide[] {
  return rounds.filter(isStuck).map(({ run, number, opened_at }) => ({
    key: `round_stuck ${run}`,
    sentence: words.overview.matter.round_stuck(number ?? 0, run),
    todo: words.overview.todo.round_stuck,
    way: { to: "/runs/$run", params: { run: String(run) } },
    since: opened_at,
    isMine: true,
    loses: closingLoses(run, rounds),
  }));
}

/** The federation in one look: the three answers first. */
export function OverviewView({ overview, asOf, may, state, onState }: OverviewViewProps) {
  const passed = Math.max(0, (useNow() - asOf) / 1000);
  const { hospitals, rounds, matters, events } = overview;
  const decisions = [...(may("close_run") ? stuckOnes(overview) : []), ...matters.map((matter) => toDecide(matter, may, rounds))];
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Silent tiles={hospitals} silentAfter={overview.silent_after_seconds} now={Date.parse(overview.at) + passed * 1000} />
        <Waits cards={rounds} isQuiet={overview.is_quiet} passed={passed} mayOpen={may("open_run") && hospitals.length > 0} maySeeSystem={may("get_system")} />
        <Decide decisions={decisions} isFirst={may("add_envoy") && hospitals.length === 0} />
      </SimpleGrid>
      <Tiles tiles={hospitals} state={state} onState={onState} mayAdd={may("add_envoy")} />
      <LastEvents events={events} mayAudit={may("list_audit")} />
      <Versions {...overview} mayAggregate={may("aggregate") && hospitals.length > 0} />
    </>
  );
}
