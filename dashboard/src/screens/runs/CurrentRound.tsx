import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { Asked } from "../../parts/Asked";
import { Ladder } from "../../parts/Ladder";
import { ToVersion } from "../../parts/links";
import { Section } from "../../parts/Section";
import { span, useNow, When } from "../../parts/When";
import { words } from "../../words/words";
import { ladderQuery } from "./asked";
import { RoundState } from "./RunState";

type Round = Schemas["RoundDescription"];

interface CurrentRoundProps {
  run: Schemas["Run"];
  round: Round;
}

/** The newest round: how far each hospital is in it, and how long it is still open. */
export function CurrentRound({ run, round }: CurrentRoundProps) {
  const may = useMay();
  return (
    <Section title={words.runs.currentRound(round.number, run.rounds)}>
      <RoundHead run={run} round={round} />
      {may("get_ladder") && <LadderOf round={round} />}
    </Section>
  );
}

function LadderOf({ round: { n, state } }: { round: Round }) {
  const ladder = useQuery(ladderQuery(n, state === "collecting"));
  return <Asked query={ladder}>{(data) => <Ladder ladder={data} />}</Asked>;
}

/** A round in a few lines: its state, its time, its returns. */
export function RoundHead({ run, round }: CurrentRoundProps) {
  const said = words.runs;
  const now = useNow();
  const left = (new Date(round.closes_at).getTime() - now) / 1000;
  const changed = round.changed_cohorts;
  return (
    <>
      <Group gap="sm">
        <RoundState state={round.state} />
        {round.attempt > 1 ? <Text size="sm">{said.attempt(round.attempt)}</Text> : null}
        {round.state === "collecting" ? (
          <Text size="sm" title={round.closes_at}>
            {left > 0 ? said.closesIn(span(left)) : said.closesNow}
          </Text>
        ) : null}
        {round.closed_at ? (
          <Text size="sm">
            {said.closedAt} <When at={round.closed_at} />
          </Text>
        ) : null}
        {typeof round.global_version === "number" ? (
          <Text size="sm">
            <ToVersion task={run.task} version={round.global_version}>{said.version(round.global_version)}</ToVersion>
          </Text>
        ) : null}
      </Group>
      <Text size="sm">{said.returned(round.returned.length, run.quorum, run.hospitals.length)}</Text>
      {round.reason ? (
        <Text size="sm">
          <strong>{said.reason}:</strong> {round.reason}
        </Text>
      ) : null}
      {round.details ? <Text size="sm">{round.details}</Text> : null}
      {changed.length > 0 ? <Text size="sm">{said.changedCohorts(changed)}</Text> : null}
    </>
  );
}
