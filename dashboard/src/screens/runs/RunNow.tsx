import { Group, Progress, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { RunState } from "./RunState";
import { Waiting } from "./Waiting";
import { waitOf } from "./waits";

interface RunNowProps {
  run: Schemas["Run"];
  own: string | null;
}

/** How far a run is, whom it waits for, and why it stands where it does. */
export function RunNow({ run, own }: RunNowProps) {
  const said = words.runs;
  const wait = waitOf(run, own);
  const progress = said.ofRounds(run.published, run.rounds);
  return (
    <Section title={said.now}>
      <Stack gap="xs" role="status">
        <Group gap="sm">
          <RunState state={run.state} />
          <Text size="sm">{progress}</Text>
        </Group>
        <Text size="sm">
          <strong>{said.waits}:</strong> <Waiting task={run.task} wait={wait} />
        </Text>
        {run.reason ? (
          <Text size="sm">
            <strong>{said.reason}:</strong> {run.reason}
          </Text>
        ) : null}
        {wait.for === "resume" && run.current?.state === "failed" ? <Text size="sm">{said.failedHelp}</Text> : null}
        {wait.for === "answers" || wait.for === "updates" ? <Text size="sm">{said.silentHelp}</Text> : null}
      </Stack>
      <Progress value={(100 * run.published) / run.rounds} aria-label={progress} />
    </Section>
  );
}
