import { Badge } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

type StateOfRun = Schemas["Run"]["state"];
type StateOfRound = Schemas["RoundRecord"]["state"];

const RUN_SIGNS: Record<StateOfRun, string> = { inviting: "✉", running: "▶", paused: "❚❚", finished: "✓", closed: "✕" };
const ROUND_SIGNS: Record<StateOfRound, string> = {
  collecting: "⇣",
  aggregating: "∑",
  waiting: "!",
  published: "✓",
  failed: "✕",
};

function Told({ sign, children }: { sign: string; children: string }) {
  return (
    <Badge variant="default">
      <span aria-hidden>{sign} </span>
      {children}
    </Badge>
  );
}

/** How a run is, in words and with a sign. */
export function RunState({ state }: { state: StateOfRun }) {
  return <Told sign={RUN_SIGNS[state]}>{words.runs.states[state]}</Told>;
}

/** How a round is, in words and with a sign. */
export function RoundState({ state }: { state: StateOfRound }) {
  return <Told sign={ROUND_SIGNS[state]}>{words.runs.roundStates[state]}</Told>;
}
