import { Code, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { AskedPages } from "../../parts/AskedPages";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Digest } from "../../parts/Digest";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { Verdict } from "../../parts/Verdict";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { NOTHING, writeCount } from "../../parts/numbers";
import { words } from "../../words/words";
import { receivedQuery } from "./queries";

type Received = Schemas["Received"];

const texts = words.hospitals;


function What({ kind, task, version, submission_id: id }: Received) {
  const what = texts.whatReceived(texts.kinds[kind], task, version);
  return id ? <WayTo way={{ to: "/submissions/$id", params: { id } }}>{what}</WayTo> : what;
}

function Digests({ digests }: Received) {
  return (
    <div>
      {Object.entries(digests).map(([role, sha256]) => (
        <div key={role}>
          {role} <Digest sha256={sha256} />
        </div>
      ))}
    </div>
  );
}

const columns: ColumnDef<Received>[] = [
  { header: texts.sentAt, accessorKey: "at", cell: ({ row: { original: each } }) => <When at={each.at} /> },
  { header: texts.kind, accessorKey: "kind", cell: ({ row: { original: each } }) => <What {...each} /> },
  {
    header: texts.verdict,
    accessorFn: ({ verdict, answer }) => verdict ?? answer ?? "",
    cell: ({ row: { original: each } }) => (each.verdict ? <Verdict verdict={each.verdict} /> : (each.answer ?? NOTHING)),
  },
  { header: texts.examples, accessorFn: ({ num_examples: held }) => held ?? 0, cell: ({ row: { original: each } }) => writeCount(each.num_examples) },
  { header: texts.size, accessorFn: ({ bytes }) => bytes ?? 0, cell: ({ row: { original: each } }) => writeCount(each.bytes) },
  { header: texts.digests, id: "digests", enableSorting: false, cell: ({ row: { original: each } }) => <Digests {...each} /> },
];

/** All that came from a hospital and was kept here: the director's side. */
export function ReceivedList({ envoy }: { envoy: string }) {
  const query = useInfiniteQuery(receivedQuery(envoy));
  return (
    <Section title={texts.received}>
      <Text size="sm">
        <Sentence text={texts.receivedNote} parts={{ command: <Code>{texts.ledgerCommand}</Code> }} />
      </Text>
      <AskedPages query={query} empty={<Text size="sm">{texts.noReceived}</Text>}>
        {(rows) => <DataTable caption={texts.captionReceived} columns={columns} rows={rows} />}
      </AskedPages>
    </Section>
  );
}
