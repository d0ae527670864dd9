import { Alert, Progress, Stack, Text } from "@mantine/core";

import { Failed } from "../../parts/States";
import { words } from "../../words/words";
import type { Whose } from "./answers";
import { BrokenAnswerError } from "./batch";
import { BatchResult } from "./BatchResult";
import { MissingModel } from "./MissingModel";
import type { BatchState } from "./useBatch";

interface BatchProgressProps {
  state: BatchState;
  task: string;
  whose: Whose;
}

/** How far a file is, or what came of it. */
export function BatchProgress({ state, task, whose }: BatchProgressProps) {
  const said = words.patient.batch;
  switch (state.is) {
    case "idle":
      return null;
    case "sending":
      return <Bar percent={100} told={said.sending} isVague />;
    case "answering":
      return <Bar percent={(100 * state.answered) / Math.max(1, state.all)} told={said.answering(state.answered, state.all)} />;
    case "cancelled":
      return (
        <Text size="sm" role="status">
          {said.cancelled}
        </Text>
      );
    case "failed":
      return state.error instanceof BrokenAnswerError ? (
        <Alert color="red" role="alert" title={state.error.message} />
      ) : (
        <>
          <Failed error={state.error} />
          <MissingModel error={state.error} task={task} whose={whose} />
        </>
      );
    case "done":
      return <BatchResult answer={state.answer} task={task} whose={whose} />;
  }
}

function Bar({ percent, told, isVague = false }: { percent: number; told: string; isVague?: boolean }) {
  return (
    <Stack gap={4}>
      <Progress value={percent} animated={isVague} striped={isVague} aria-label={words.patient.batch.progress} />
      <Text size="sm" role="status">
        {told}
      </Text>
    </Stack>
  );
}
