import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { Asked } from "../../parts/Asked";
import { Ladder } from "../../parts/Ladder";
import { Section } from "../../parts/Section";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { RoundNow } from "../overview/RoundNow";
import { ladderQuery } from "./queries";

const texts = words.hospitals;

function OpenRound({ card, n, envoy }: { card: Schemas["RoundCard"]; n: number; envoy: string }) {
  const query = useQuery(ladderQuery(n));
  return (
    <Asked query={query}>
      {(ladder) => {
        const own = ladder.rungs.filter(({ envoy_name }) => envoy_name === envoy);
        return (
          <Stack gap="xs">
            <Ladder ladder={ladder} first={envoy} />
            {own.length === 0 && <Text size="sm">{texts.notInRound(card.run)}</Text>}
            <Text size="sm">
              <WayTo way={{ to: "/runs/$run", params: { run: String(card.run) } }}>{texts.toRun(card.run)}</WayTo>
            </Text>
          </Stack>
        );
      }}
    </Asked>
  );
}

interface OpenRoundsProps {
  cards: readonly Schemas["RoundCard"][];
  envoy: string;
  /** Seconds since the director said so. */
  passed: number;
}

/** A hospital's place in open rounds, and what holds them up. */
export function OpenRounds({ cards, envoy, passed }: OpenRoundsProps) {
  return (
    <Section title={texts.rounds}>
      {cards.length === 0 && <Text size="sm">{texts.noRounds}</Text>}
      {cards.map((card) =>
        card.n === null ? (
          <RoundNow key={card.run} card={card} passed={passed} />
        ) : (
          <OpenRound key={card.run} card={card} n={card.n} envoy={envoy} />
        ),
      )}
    </Section>
  );
}
