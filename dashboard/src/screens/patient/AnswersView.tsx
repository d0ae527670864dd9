import { SimpleGrid, Stack, Text } from "@mantine/core";

import { words } from "../../words/words";
import { AnswerCard, type AnsweredTask } from "./AnswerCard";
import type { Asked } from "./answers";

interface AnswersViewProps {
  task: AnsweredTask;
  answers: Asked[];
  /** The inputs are no longer those that were asked about. */
  isOld: boolean;
}

/** What the models answer, beside each other. */
export function AnswersView({ task, answers, isOld }: AnswersViewProps) {
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600} role="status">
        {isOld ? words.patient.changed : comparedOf(answers)}
      </Text>
      <SimpleGrid cols={{ base: 1, md: answers.length > 1 ? 2 : 1 }}>
        {answers.map((asked) => (
          <AnswerCard key={asked.whose ?? ""} task={task} asked={asked} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

/** Say whether the hospital's model and the global one agree; nothing where one of them did not answer. */
export function comparedOf(answers: readonly Asked[]): string {
  const own = answers.find(({ whose }) => whose !== null);
  const shared = answers.find(({ whose }) => whose === null);
  if (!own?.whose || !shared || own.outcome instanceof Error || shared.outcome instanceof Error) return "";
  const [a, b] = [own.outcome.risk_level, shared.outcome.risk_level];
  const { agree, differ, levels, noneAnswers, oneAnswers } = words.patient;
  if (a === null || b === null) return a === b ? noneAnswers : oneAnswers;
  return a === b ? agree : differ(own.whose, levels[a], levels[b]);
}
