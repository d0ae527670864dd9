import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { wayOf } from "../../parts/metrics";
import { NOTHING, writeChange, writeScore } from "../../parts/numbers";
import { words } from "../../words/words";

type Pair = Schemas["Pair"];

const { models: said } = words;

export function differenceText(score: string, { a, b, difference }: Pair): string {
  if (a === null || b === null || difference === null) return NOTHING;
  return said.differs(writeChange(difference), said[wayOf(score, a, b)]);
}

export interface PairRow {
  name: string;
  /** Which score it is, which decides what is better. */
  score: string;
  pair: Pair;
}

interface PairsTableProps {
  caption: string;
  nameHead: string;
  rows: readonly PairRow[];
  a: number;
  b: number;
}

/** A number of both versions, a row each, and which way it went. */
export function PairsTable({ caption, nameHead, rows, a, b }: PairsTableProps) {
  return (
    <DataTable
      caption={caption}
      showsCaption
      rows={[...rows]}
      rowId={({ name }) => name}
      columns={[
        { header: nameHead, accessorKey: "name" },
        { header: said.versionLink(a), accessorFn: ({ pair }) => pair.a ?? undefined, cell: ({ row: { original } }) => writeScore(original.pair.a) },
        { header: said.versionLink(b), accessorFn: ({ pair }) => pair.b ?? undefined, cell: ({ row: { original } }) => writeScore(original.pair.b) },
        {
          header: said.difference,
          accessorFn: ({ pair }) => pair.difference ?? undefined,
          cell: ({ row: { original } }) => differenceText(original.score, original.pair),
        },
      ]}
    />
  );
}
