import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { When } from "../../parts/When";
import { words } from "../../words/words";

const { models: said } = words;

/** Hospitals' words on a version. */
export function AnswersTable({ answers }: { answers: readonly Schemas["VersionAnswer"][] }) {
  if (answers.length === 0) return <Text size="sm">{said.noAnswers}</Text>;
  return (
    <DataTable
      caption={said.answersCaption}
      rows={[...answers]}
      rowId={({ envoy_name }) => envoy_name}
      columns={[
        { header: said.hospital, accessorKey: "envoy_name" },
        { header: said.answer, accessorFn: ({ answer }) => said[answer] },
        { header: said.answeredAt, accessorKey: "answered_at", cell: ({ row: { original } }) => <When at={original.answered_at} /> },
      ]}
    />
  );
}
