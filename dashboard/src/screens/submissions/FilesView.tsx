import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { Digest } from "../../parts/Digest";
import { writeBytes } from "../../parts/numbers";
import { words } from "../../words/words";

const { submissions: said } = words;

/** The files of a submission that were kept. */
export function FilesView({ files }: { files: Schemas["Submission"]["files"] }) {
  const rows = Object.entries(files).map(([role, file]) => ({ role, ...file }));
  if (rows.length === 0) return <Text size="sm">{said.noFiles}</Text>;
  return (
    <DataTable
      caption={said.filesCaption}
      rows={rows}
      rowId={({ role }) => role}
      columns={[
        { header: said.file, accessorKey: "role" },
        { header: said.bytes, accessorKey: "bytes", cell: ({ row: { original } }) => writeBytes(original.bytes) },
        { header: said.digest, accessorKey: "sha256", cell: ({ row: { original } }) => <Digest sha256={original.sha256} /> },
      ]}
    />
  );
}
