import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { saidOf } from "../../parts/metrics";
import { writeNumber } from "../../parts/numbers";
import { words } from "../../words/words";

const { submissions: said } = words;

/** What a hospital reports of its own held-out patients. */
export function MetricsView({ metrics }: { metrics: Schemas["UploadMetadata"]["metrics"] }) {
  const all = Object.entries(metrics).map(([name, value]) => ({ name, value }));
  const numbers = all.flatMap(({ name, value }) => (Array.isArray(value) ? [] : [{ name, value }]));
  const matrices = all.flatMap(({ value }) => (Array.isArray(value) ? [value] : []));
  if (all.length === 0) return <Text size="sm">{said.noMetrics}</Text>;
  return (
    <>
      <Text size="sm">{said.metricsAbout}</Text>
      {numbers.length > 0 && (
        <DataTable
          caption={said.metrics}
          rows={numbers}
          rowId={({ name }) => name}
          columns={[
            { header: said.metric, accessorFn: ({ name }) => saidOf(name) },
            { header: said.value, accessorKey: "value", cell: ({ row: { original } }) => writeNumber(original.value) },
          ]}
        />
      )}
      {matrices.map((matrix, at) => (
        <Confusion key={at} matrix={matrix} />
      ))}
    </>
  );
}

function Confusion({ matrix }: { matrix: number[][] }) {
  const nameOf = (place: number) => said.levels[place] ?? String(place + 1);
  const columns = (matrix[0] ?? []).map((_, column) => ({
    id: String(column),
    header: nameOf(column),
    enableSorting: false,
    accessorFn: ({ counts }: { counts: number[] }) => counts[column],
  }));
  return (
    <DataTable
      caption={said.confusion}
      showsCaption
      rows={matrix.map((counts, row) => ({ level: nameOf(row), counts }))}
      columns={[{ header: said.level, accessorKey: "level", enableSorting: false }, ...columns]}
    />
  );
}
