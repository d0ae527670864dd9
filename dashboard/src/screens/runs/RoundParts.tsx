import { Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { NOTHING, writeAmount, writeBytes, writeNumber } from "../../parts/numbers";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { ToHospital, ToSubmission } from "../../parts/links";
import { Verdict } from "../../parts/Verdict";
import { When } from "../../parts/When";
import { saidOf } from "../../parts/metrics";
import { words } from "../../words/words";
import { scoreOf } from "./metrics";

type Part = Schemas["RoundPart"];

interface RoundPartsProps {
  record: Schemas["RoundRecord"];
  metric: string | undefined;
  /** Whether others' parts are not told to whoever looks. */
  isOwnAlone: boolean;
}

function columnsOf(metric: string | undefined): ColumnDef<Part>[] {
  const said = words.runs;
  return [
    {
      id: "hospital",
      header: said.hospital,
      accessorFn: ({ envoy_name }) => envoy_name,
      cell: ({ row }) => <ToHospital envoy={row.original.envoy_name} />,
    },
    ...(metric === undefined ? [] : [ofMetric(metric)]),
    { id: "examples", header: said.examples, accessorFn: ({ num_examples }) => num_examples, cell: ({ row }) => writeAmount(row.original.num_examples) },
    {
      id: "weight",
      header: said.weight,
      accessorFn: ({ weight }) => weight ?? -1,
      cell: ({ row: { original } }) => (original.weight === null ? NOTHING : writeNumber(original.weight)),
    },
    { id: "verdict", header: said.verdict, accessorFn: ({ verdict }) => verdict, cell: ({ row }) => <Verdict verdict={row.original.verdict} /> },
    {
      id: "returned",
      header: said.returnedAt,
      accessorFn: ({ returned_at }) => returned_at,
      cell: ({ row: { original } }) => (
        <>
          <When at={original.returned_at} />
          {original.is_late ? ` (${said.isLate})` : ""}
        </>
      ),
    },
    { id: "bytes", header: said.bytes, accessorFn: (part) => part.bytes, cell: ({ row }) => writeBytes(row.original.bytes) },
    {
      id: "submission",
      header: said.submission,
      enableSorting: false,
      cell: ({ row }) => <ToSubmission id={row.original.submission_id} />,
    },
  ];
}

function ofMetric(metric: string): ColumnDef<Part> {
  return {
    id: "metric",
    header: saidOf(metric),
    accessorFn: (part) => scoreOf(part, metric) ?? -1,
    cell: ({ row }) => {
      const score = scoreOf(row.original, metric);
      return score === null ? NOTHING : writeNumber(score);
    },
  };
}

/** What each hospital returned in a round, and who did not. */
export function RoundParts({ record, metric, isOwnAlone }: RoundPartsProps) {
  const said = words.runs;
  const isOpen = record.closed_at === null;
  return (
    <Stack gap="xs">
      {record.parts.length > 0 ? (
        <DataTable
          caption={said.parts(record.number)}
          columns={columnsOf(metric)}
          rows={record.parts}
          rowId={({ submission_id }) => submission_id}
        />
      ) : (
        <Text size="sm">{isOwnAlone ? said.partsOfOthers : said.noParts}</Text>
      )}
      {record.awaited.length > 0 ? (
        <Text size="sm">{isOpen ? said.stillAwaited(record.awaited) : said.awaitedNames(record.awaited)}</Text>
      ) : null}
      {record.refused.length > 0 ? <Text size="sm">{said.refusedNames(record.refused)}</Text> : null}
    </Stack>
  );
}
