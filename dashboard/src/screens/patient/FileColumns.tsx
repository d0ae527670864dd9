import { Button } from "@mantine/core";

import { writeAmount } from "../../parts/numbers";
import { saveText, toCsv } from "../../parts/csv";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Section } from "../../parts/Section";
import { categoriesOf, type Feature, standInOf, type Task, unitOf } from "../../parts/tasks";
import { words } from "../../words/words";
import { standInText } from "./FeatureField";

const said = words.patient.batch;

const COLUMNS: ColumnDef<Feature>[] = [
  { id: "name", header: said.column, accessorFn: ({ name }) => name },
  { id: "unit", header: said.unit, accessorFn: unitOf },
  { id: "kind", header: said.kind, accessorFn: ({ kind }) => said.kinds[kind] },
  { id: "values", header: said.values, enableSorting: false, accessorFn: valuesOf },
  { id: "empty", header: said.empty, accessorFn: emptyOf },
];

/** Say what a column's cells can hold. */
export function valuesOf(feature: Feature): string {
  if (feature.kind === "flag") return said.flagValues;
  if (feature.kind === "category") return categoriesOf(feature).join(", ");
  return said.range(writeAmount(feature.minimum), writeAmount(feature.maximum));
}

/** Say what an empty cell is. */
export function emptyOf(feature: Feature): string {
  const standIn = standInOf(feature);
  if (standIn === null) return said.mustBeThere;
  return said.mayBeEmpty(feature.kind === "flag" ? String(standIn) : standInText(feature, standIn));
}

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
