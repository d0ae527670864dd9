import { Alert, Stack, Text } from "@mantine/core";

import { Section } from "../../parts/Section";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { Answer } from "./Answer";
import { RoundNow } from "./RoundNow";
import type { Card } from "./rounds";

const texts = words.overview;

interface WaitsProps {
  cards: readonly Card[];
  isQuiet: boolean;
  /** Seconds since the director said so. */
  passed: number;
  mayOpen: boolean;
  maySeeSystem: boolean;
}

/** The second question: what waits on whom. */
export function Waits({ cards, isQuiet, passed, mayOpen, maySeeSystem }: WaitsProps) {
  return (
    <Section title={texts.whatWaits}>
      {cards.length === 0 && <Answer isCalm={!isQuiet}>{texts.nothingWaits}</Answer>}
      {isQuiet && (
        <Alert color="yellow" role="note" p="xs">
          {texts.quiet} {maySeeSystem && <WayTo way={{ to: "/system" }}>{texts.toSystem}</WayTo>}
        </Alert>
      )}
      {cards.length > 0 && (
        <Stack gap="md">
          {cards.map((card) => (
            <RoundNow key={card.run} card={card} passed={passed} />
          ))}
        </Stack>
      )}
      {cards.length === 0 && mayOpen ? (
        <Text size="sm">
          <WayTo way={{ to: "/runs/open" }}>{texts.openRun}</WayTo>
        </Text>
      ) : null}
    </Section>
  );
}
