import { Stack, Text } from "@mantine/core";

import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import type { Known } from "./known";

const { aggregate: said } = words;

/** What of a preview can't be known, and why: which columns are empty. */
export function Unknown({ known }: { known: Known }) {
  const sentences = [
    ...(known.isCompared ? [] : [said.unknownCompared(known.moving)]),
    ...(known.hasTable ? [] : [said.unknownTable]),
    ...(known.hasEffects ? [] : [said.unknownEffect]),
  ];
  return (
    <Section title={said.unknown}>
      {sentences.length === 0 ? (
        <Text size="sm">{said.allKnown}</Text>
      ) : (
        <Stack component="ul" gap={4} my={0}>
          {sentences.map((sentence) => (
            <Text key={sentence} component="li" size="sm">
              {sentence}
            </Text>
          ))}
        </Stack>
      )}
    </Section>
  );
}
