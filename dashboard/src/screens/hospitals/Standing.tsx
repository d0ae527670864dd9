import { Code, Group, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { HospitalState } from "../../parts/HospitalState";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { When } from "../../parts/When";
import { words } from "../../words/words";

const texts = words.hospitals;

interface StandingProps {
  hospital: Schemas["EnvoyDescription"];
  tile: Schemas["HospitalTile"] | undefined;
}

function How({ state }: { state: Schemas["HospitalTile"]["state"] }) {
  switch (state) {
    case "silent":
      return <Sentence text={texts.howSilent} parts={{ command: <Code>{texts.statusCommand}</Code> }} />;
    case "enrolled":
      return texts.howEnrolled;
    case "disabled":
      return texts.howDisabled;
    case "withdrawn":
      return texts.howWithdrawn;
    default:
      return null;
  }
}

/** How a hospital stands: its state, when it was seen, its versions. */
export function Standing({ hospital: { current, last_seen_at, state: joined }, tile }: StandingProps) {
  const state = tile?.state ?? null;
  const isAwaited = tile !== undefined && tile.awaited_in.length > 0;
  return (
    <Section title={texts.about}>
      {joined !== null && (
        <Group gap="md">
          {state !== null && <HospitalState state={state} />}
          <Text size="sm">
            <Sentence text={texts.seenBy} parts={{ when: <When at={last_seen_at} /> }} />
          </Text>
          {isAwaited ? <Text size="sm">{texts.awaited(tile.awaited_in.length)}</Text> : null}
        </Group>
      )}
      <Text size="sm" component="div">
        <How state={state} />
      </Text>
      {current.length === 0 ? (
        <Text size="sm">{texts.noVersions}</Text>
      ) : (
        <Stack gap={4}>
          {current.map(({ task, version, num_examples, created_at, stale }) => (
            <Text key={task} size="sm">
              <Sentence text={texts.currentOf(task, version, num_examples)} parts={{ when: <When at={created_at} /> }} />
              {stale ? ` ${texts.staleOf}` : ""}
            </Text>
          ))}
        </Stack>
      )}
    </Section>
  );
}
