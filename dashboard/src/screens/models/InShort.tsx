import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { Digest } from "../../parts/Digest";
import { writeCount } from "../../parts/numbers";
import { When } from "../../parts/When";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { parametersText, scalerText } from "./FactsOfModel";

type Version = Schemas["ComparedVersion"];

const { models: said } = words;

/** Both versions' facts beside each other. */
export function InShort({ a, b, task }: { a: Version; b: Version; task: string }) {
  const rows: { name: string; of: (version: Version) => ReactNode }[] = [
    {
      name: said.version,
      of: ({ version }) => (
        <WayTo way={{ to: "/models/$version", params: { version: String(version) }, search: { task } }}>
          {said.versionLink(version)}
        </WayTo>
      ),
    },
    { name: said.state, of: ({ published, stale }) => (published ? said.current : stale ? said.stale : said.earlier) },
    { name: said.names, of: ({ aliases }) => aliases.join(", ") || words.common.none },
    { name: said.when, of: ({ created_at }) => <When at={created_at} /> },
    { name: said.parent, of: ({ parent }) => (parent === null ? said.sharedStart : said.parentLink(parent)) },
    { name: said.strategy, of: ({ strategy }) => strategy },
    { name: said.parameters, of: ({ parameters }) => parametersText(parameters) },
    { name: said.scaler, of: ({ scaler }) => scalerText(scaler) },
    { name: said.hospitals, of: ({ measured }) => writeCount(measured) },
    { name: said.examples, of: ({ num_examples }) => writeCount(num_examples) },
    { name: said.modelDigest, of: ({ sha256 }) => <Digest sha256={sha256} /> },
    { name: said.scalerDigest, of: ({ scaler_sha256 }) => <Digest sha256={scaler_sha256} /> },
  ];
  return (
    <DataTable
      caption={said.inShort}
      rows={rows}
      rowId={({ name }) => name}
      columns={[
        { header: said.property, accessorKey: "name", enableSorting: false },
        { id: "a", header: said.versionLink(a.version), enableSorting: false, cell: ({ row: { original } }) => original.of(a) },
        { id: "b", header: said.versionLink(b.version), enableSorting: false, cell: ({ row: { original } }) => original.of(b) },
      ]}
    />
  );
}
