import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { saidOf } from "../../parts/metrics";
import { writeNumber } from "../../parts/numbers";
import { words } from "../../words/words";

type Metrics = Schemas["GlobalModel"]["metrics"];
interface Row {
  hospital: string;
  scores: Metrics[string];
}

const { models: said } = words;

/** The names of what is one number at some hospital, in the order in which they come. */
export function scoresIn(metrics: Metrics): string[] {
  const all = Object.values(metrics).flatMap((each) => Object.entries(each));
  return [...new Set(all.filter(([, value]) => typeof value === "number").map(([name]) => name))];
}

/** What each hospital reported with its update. */
export function MetricsTable({ metrics }: { metrics: Metrics }) {
  const scores = scoresIn(metrics);
  if (scores.length === 0) return <Text size="sm">{said.noMetrics}</Text>;
  const columns: ColumnDef<Row>[] = [
    { header: said.hospital, accessorKey: "hospital" },
    ...scores.map(
      (name): ColumnDef<Row> => ({
        id: name,
        header: saidOf(name),
        accessorFn: (row) => numberOf(row.scores[name]) ?? undefined,
        cell: ({ row: { original } }) => writeNumber(numberOf(original.scores[name])),
      }),
    ),
  ];
  const rows = Object.entries(metrics).map(([hospital, found]) => ({ hospital, scores: found }));
  return (
    <>
      <Text size="sm">{said.metricsAbout}</Text>
      <DataTable caption={said.metricsCaption} columns={columns} rows={rows} rowId={({ hospital }) => hospital} />
    </>
  );
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
