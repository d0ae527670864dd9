import { Alert, List, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { writeAmount, writeShareBound } from "../../parts/numbers";
import { Section } from "../../parts/Section";
import { isBinary } from "../../parts/tasks";
import { words } from "../../words/words";

type Task = Schemas["TaskDescription"];

/** What a reader of the answers must know first. */
export function TaskNotice({ task }: { task: Task }) {
  return (
    <Alert color="yellow" icon="!" role="note" title={<Text fw={700}>{words.patient.notForTreatment}</Text>}>
      {task.notice}
    </Alert>
  );
}

/** Where the levels of a task begin. */
export function CutPoints({ task }: { task: Task }) {
  const said = words.patient;
  const [first, second] = task.cut_points;
  const write = isBinary(task) ? writeShareBound : writeAmount;
  return (
    <Section title={said.cutPoints}>
      <Stack gap="xs">
        {task.cut_points.length === 2 && first !== undefined && second !== undefined ? (
          <List size="sm">
            <List.Item>{said.levelBounds.low(write(first))}</List.Item>
            <List.Item>{said.levelBounds.medium(write(first), write(second))}</List.Item>
            <List.Item>{said.levelBounds.high(write(second))}</List.Item>
          </List>
        ) : (
          <Text size="sm">{task.cut_points.map((each) => write(each)).join(" · ")}</Text>
        )}
        <Text size="sm">
          <strong>{isBinary(task) ? said.predicted : said.label}:</strong> {task.label}
        </Text>
      </Stack>
    </Section>
  );
}
