import { Progress, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { ToRun } from "../../parts/links";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { RunState } from "./RunState";
import { Waiting } from "./Waiting";
import { waitOf } from "./waits";

type Run = Schemas["Run"];

function HowFar({ run }: { run: Run }) {
  const said = words.runs.ofRounds(run.published, run.rounds);
  return (
    <Stack gap={4} miw={120}>
      <Text size="sm">{said}</Text>
      <Progress value={(100 * run.published) / run.rounds} aria-label={said} />
    </Stack>
  );
}

interface RunsTableProps {
  runs: Run[];
  /** The hospital of whoever looks; null: somebody of the centre. */
  own: string | null;
}

/** The runs, each with how far it is and whom it waits for. */
export function RunsTable({ runs, own }: RunsTableProps) {
  const columns: ColumnDef<Run>[] = [
    {
      id: "run",
      header: words.runs.run,
      accessorFn: ({ id }) => id,
      cell: ({ row }) => <ToRun run={row.original.id}>{words.runs.runNumber(row.original.id)}</ToRun>,
    },
    {
      id: "state",
      header: words.runs.state,
      accessorFn: ({ state }) => state,
      cell: ({ row }) => <RunState state={row.original.state} />,
    },
    { id: "task", header: words.common.task, accessorFn: ({ task }) => task },
    {
      id: "progress",
      header: words.runs.progress,
      accessorFn: ({ published, rounds }) => published / rounds,
      cell: ({ row }) => <HowFar run={row.original} />,
    },
    { id: "strategy", header: words.runs.strategy, accessorFn: ({ strategy }) => strategy },
    {
      id: "waits",
      header: words.runs.waits,
      enableSorting: false,
      cell: ({ row }) => <Waiting task={row.original.task} wait={waitOf(row.original, own)} />,
    },
    {
      id: "opened",
      header: words.runs.opened,
      accessorFn: ({ opened_at }) => opened_at,
      cell: ({ row }) => <When at={row.original.opened_at} />,
    },
  ];
  return <DataTable caption={words.runs.list} columns={columns} rows={runs} rowId={({ id }) => String(id)} />;
}
