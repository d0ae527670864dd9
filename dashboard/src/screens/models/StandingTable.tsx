import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { NOTHING, writeShare } from "../../parts/numbers";
import { words } from "../../words/words";
import { UpdateLink } from "./InputsTable";

const { models: said } = words;

interface StandingTableProps {
  standing: readonly Schemas["ModelInput"][];
  opensSubmission: (hospital: string) => boolean;
}

/** Who keeps its share and changes nothing, and why. */
export function StandingTable({ standing, opensSubmission }: StandingTableProps) {
  if (standing.length === 0) return <Text size="sm">{said.noStanding}</Text>;
  return (
    <DataTable
      caption={said.standingCaption}
      rows={[...standing]}
      rowId={({ submission_id }) => submission_id}
      columns={[
        { header: said.hospital, accessorKey: "envoy_name" },
        {
          header: said.update,
          accessorKey: "version",
          cell: ({ row: { original } }) => <UpdateLink input={original} isOpen={opensSubmission(original.envoy_name)} />,
        },
        { header: said.share, accessorKey: "weight", cell: ({ row: { original } }) => writeShare(original.weight) },
        { header: said.reason, accessorFn: ({ reason }) => reason ?? NOTHING, enableSorting: false },
      ]}
    />
  );
}
