import { Button } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { RoundLine } from "./RoundLine";
import classes from "./Timeline.module.css";

interface TimelineProps {
  task: string;
  records: Schemas["RoundRecord"][];
  metric: string | undefined;
  isOwnAlone: boolean;
  /** Whether every round's parts are shown. */
  isAll: boolean;
  onAll: (isAll: boolean) => void;
}

/** The rounds, newest first: each in a line, or with all their parts. */
export function Timeline({ task, records, metric, isOwnAlone, isAll, onAll }: TimelineProps) {
  const said = words.runs;
  return (
    <Section
      title={said.rounds}
      actions={
        <Button size="xs" variant="default" aria-pressed={isAll} onClick={() => onAll(!isAll)}>
          {said.showAllParts}
        </Button>
      }
    >
      <ol className={classes.rounds}>
        {records.map((record) => (
          // opened anew when all are asked for
          <RoundLine key={`${record.n} ${isAll}`} task={task} record={record} metric={metric} isOwnAlone={isOwnAlone} isOpened={isAll} />
        ))}
      </ol>
    </Section>
  );
}
