import { Button } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { writeCount } from "../../parts/numbers";
import { Verdict } from "../../parts/Verdict";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { against, outcomeOf } from "./SubmissionsTable";

type Report = Schemas["StatisticsDescription"];

const { submissions: said } = words;

/** How a report is named in the URL. */
export function reportKey({ task, envoy_name, version }: Report): string {
  return `${task}/${envoy_name}/${version}`;
}

export function StatisticsTable({ reports, onLook }: { reports: Report[]; onLook: (report: Report) => void }) {
  const columns: ColumnDef<Report>[] = [
    { header: said.hospital, accessorKey: "envoy_name" },
    { header: said.version, accessorKey: "version" },
    { header: said.when, accessorKey: "created_at", cell: ({ row: { original } }) => <When at={original.created_at} /> },
    { header: said.task, accessorKey: "task" },
    { header: said.verdict, accessorKey: "verdict", cell: ({ row: { original } }) => <Verdict verdict={original.verdict} /> },
    { header: said.examples, accessorKey: "num_examples", cell: ({ row: { original } }) => writeCount(original.num_examples) },
    { header: said.against, accessorFn: ({ checks }) => against(checks), enableSorting: false },
    {
      header: said.byPerson,
      accessorFn: ({ decision }) => decision?.verdict ?? "",
      cell: ({ row: { original } }) => outcomeOf(original.decision),
    },
    {
      id: "look",
      header: said.look,
      enableSorting: false,
      cell: ({ row: { original } }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onLook(original)}
          aria-label={said.openReport(original.envoy_name, original.version)}
        >
          {said.look}
        </Button>
      ),
    },
  ];
  return <DataTable caption={said.statisticsCaption} columns={columns} rows={reports} rowId={reportKey} />;
}
