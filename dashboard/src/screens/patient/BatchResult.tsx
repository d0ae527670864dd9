import { Button, Group, Stack, Text, Title } from "@mantine/core";

import { writeAmount, writeProbability } from "../../parts/numbers";
import { saveText } from "../../parts/csv";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Digest } from "../../parts/Digest";
import { words } from "../../words/words";
import type { Whose } from "./answers";
import type { BatchAnswer } from "./batch";
import { LEVELS } from "./Probabilities";

interface BatchResultProps {
  answer: BatchAnswer;
  task: string;
  whose: Whose;
}

interface Counted {
  /** Null: no answer. */
  level: (typeof LEVELS)[number] | null;
  patients: number;
  share: number;
}

const said = words.patient;

const COLUMNS: ColumnDef<Counted>[] = [
  {
    id: "level",
    header: said.level,
    accessorFn: ({ level }) => (level === null ? LEVELS.length : LEVELS.indexOf(level)),
    cell: ({ row: { original: { level } } }) => (
      <>
        <span aria-hidden>{level === null ? said.batch.abstainedSign : said.levelSigns[level]} </span>
        {level === null ? said.batch.abstained : said.levels[level]}
      </>
    ),
  },
  { id: "patients", header: said.batch.patients, accessorFn: ({ patients }) => patients, cell: ({ row }) => writeAmount(row.original.patients) },
  { id: "share", header: said.batch.share, accessorFn: ({ share }) => share, cell: ({ row }) => writeProbability(row.original.share) },
];

/** What came of a file: how many of each level, and all of it to take along. */
export function BatchResult({ answer, task, whose }: BatchResultProps) {
  const counted = (level: Counted["level"], patients: number): Counted => ({ level, patients, share: patients / Math.max(1, answer.rows) });
  const rows = [
    ...LEVELS.map((level) => counted(level, answer.counts[level])),
    ...(answer.abstained === null ? [] : [counted(null, answer.abstained)]),
  ];
  const silent = answer.abstained ?? 0;
  const name = said.batch.resultName(task, whose ?? said.batch.global, answer.model?.version);
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        {said.batch.result}
      </Title>
      <Text size="sm" role="status">
        {said.batch.done(answer.rows - silent, silent)}
      </Text>
      <DataTable caption={said.batch.counts} columns={COLUMNS} rows={rows} rowId={({ level }) => level ?? ""} />
      {answer.model === null ? null : (
        <Group gap="xs">
          <Text size="sm">
            {said.batch.answeredBy(whose === null ? said.globalModel : said.hospitalModel(whose), answer.model.version)}
          </Text>
          <Digest sha256={answer.model.sha256} />
        </Group>
      )}
      <Text size="sm">{said.batch.order}</Text>
      <Group>
        <Button onClick={() => saveText(name, answer.csv)}>{said.batch.save}</Button>
      </Group>
      {answer.requestId === null ? null : (
        <Text size="sm">
          {said.request}: {answer.requestId}
        </Text>
      )}
    </Stack>
  );
}
