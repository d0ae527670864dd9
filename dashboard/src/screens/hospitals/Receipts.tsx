import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { AskedPages } from "../../parts/AskedPages";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Section } from "../../parts/Section";
import { Verdict } from "../../parts/Verdict";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { writeCount } from "../../parts/numbers";
import { words } from "../../words/words";
import { submissionsQuery } from "./queries";

type Submission = Schemas["Submission"];

const texts = words.hospitals;

const columns: ColumnDef<Submission>[] = [
  {
    header: texts.receipt,
    accessorFn: ({ version }) => version ?? 0,
    cell: ({ row: { original: each } }) => (
      <WayTo way={{ to: "/submissions/$id", params: { id: each.id } }}>
        {each.version === null ? texts.receiptRefused : texts.receiptOf(String(each.version))}
      </WayTo>
    ),
  },
  { header: texts.verdict, accessorKey: "verdict", cell: ({ row: { original: each } }) => <Verdict verdict={each.verdict} /> },
  { header: texts.task, accessorKey: "task" },
  {
    header: texts.examples,
    accessorFn: ({ metadata }) => metadata.num_examples,
    cell: ({ row: { original: each } }) => writeCount(each.metadata.num_examples),
  },
  { header: texts.sentAt, accessorKey: "created_at", cell: ({ row: { original: each } }) => <When at={each.created_at} /> },
];

/** What a hospital uploaded, each with its verdict and its receipt. */
export function Receipts({ envoy }: { envoy: string }) {
  const query = useInfiniteQuery(submissionsQuery(envoy));
  const all = <WayTo way={{ to: "/submissions", search: { hospital: envoy } }}>{texts.allSubmissions}</WayTo>;
  return (
    <Section title={texts.submissions} actions={all}>
      <AskedPages query={query} empty={<Text size="sm">{texts.noSubmissions}</Text>}>
        {(rows) => <DataTable caption={texts.captionSubmissions} columns={columns} rows={rows} rowId={({ id }) => id} />}
      </AskedPages>
    </Section>
  );
}
