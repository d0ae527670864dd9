import { Button } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { writeAmount } from "../../parts/numbers";
import { saveText, toCsv } from "../../parts/csv";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";

type Task = Schemas["TaskDescription"];
type Feature = Task["features"][number];

const said = words.patient.batch;

const COLUMNS: ColumnDef<Feature>[] = [
  { id: "name", header: said.column, accessorFn: ({ name }) => name },
  { id: "unit", header: said.unit, accessorFn: ({ unit }) => unit },
  { id: "kind", header: said.kind, accessorFn: ({ kind }) => said.kinds[kind] },
  { id: "least", header: said.least, accessorFn: ({ minimum }) => minimum, cell: ({ row }) => writeAmount(row.original.minimum) },
  { id: "most", header: said.most, accessorFn: ({ maximum }) => maximum, cell: ({ row }) => writeAmount(row.original.maximum) },
];

/** Which columns a file must have, and a file that has them. */
export function FileColumns({ task }: { task: Task }) {
  const save = () => saveText(said.templateName(task.name), toCsv(task.features.map(({ name }) => name), []));
  return (
    <Section
      title={said.columns}
      actions={
        <Button size="xs" variant="default" onClick={save}>
          {said.template}
        </Button>
      }
    >
      <DataTable caption={said.columns} columns={COLUMNS} rows={[...task.features]} rowId={({ name }) => name} />
    </Section>
  );
}
