import { Progress, Stack, Text } from "@mantine/core";

import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { Answer } from "./Answer";
import { type Card, isStuck, lackSentence, needsPerson, roundSentence, waitsOn } from "./rounds";

const texts = words.overview;

/** An open run's round: how it stands, in a sentence and as a bar. */
export function RoundNow({ card, passed }: { card: Card; passed: number }) {
  const { run, returned, awaited, reason, number } = card;
  const expected = returned.length + awaited.length;
  const lack = lackSentence(card);
  return (
    <Stack gap={6}>
      <Answer isCalm={!needsPerson(card)}>{waitsOn(card)}</Answer>
      <Text size="sm">{roundSentence(card, passed)}</Text>
      {number !== null && expected > 0 && (
        <Progress.Root size="lg" aria-hidden>
          <Progress.Section value={(100 * returned.length) / expected} withAria={false} />
        </Progress.Root>
      )}
      {lack !== null && (
        <Text size="sm" {...(isStuck(card) ? { fw: 700, c: "var(--mantine-color-error)" } : {})}>
          {lack}
        </Text>
      )}
      {reason ? <Text size="sm">{texts.round.because(reason)}</Text> : null}
      <Text size="sm">
        <WayTo way={{ to: "/runs/$run", params: { run: String(run) } }}>{texts.toRun(run)}</WayTo>
      </Text>
    </Stack>
  );
}
