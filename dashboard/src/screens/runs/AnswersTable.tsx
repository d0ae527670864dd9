import type { Schemas } from "../../api/client";
import { NOTHING, writeAmount } from "../../parts/numbers";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { ToHospital } from "../../parts/links";
import { When } from "../../parts/When";
import { words } from "../../words/words";

type Hospital = Schemas["InvitedHospital"];

interface AnswersTableProps {
  hospitals: Hospital[];
  /** The hospital of whoever looks, who sees no other's answer; null: all are seen. */
  own: string | null;
}

const SIGNS = { take_part: "✓ ", refuse: "✕ " } as const;

/** What the invited hospitals answered. */
export function AnswersTable({ hospitals, own }: AnswersTableProps) {
  const said = words.runs;
  const isSeen = ({ envoy_name }: Hospital) => own === null || envoy_name === own;
  const columns: ColumnDef<Hospital>[] = [
    {
      id: "hospital",
      header: said.hospital,
      accessorFn: ({ envoy_name }) => envoy_name,
      cell: ({ row: { original } }) => (isSeen(original) ? <ToHospital envoy={original.envoy_name} /> : original.envoy_name),
    },
    {
      id: "answer",
      header: said.answer,
      accessorFn: ({ choice }) => choice ?? "",
      cell: ({ row: { original } }) => {
        if (!isSeen(original)) return said.notShown;
        if (original.choice === null) return said.notAnswered;
        return (
          <>
            <span aria-hidden>{SIGNS[original.choice]}</span>
            {said.choices[original.choice]}
          </>
        );
      },
    },
    {
      id: "patients",
      header: said.patients,
      accessorFn: ({ patients }) => patients ?? 0,
      cell: ({ row: { original } }) => {
        if (!isSeen(original) || original.choice !== "take_part") return NOTHING;
        return typeof original.patients === "number" ? writeAmount(original.patients) : said.fewPatients;
      },
    },
    { id: "reason", header: said.reason, accessorFn: ({ reason }) => reason ?? NOTHING },
    {
      id: "answered",
      header: said.answered,
      accessorFn: ({ answered_at }) => answered_at ?? "",
      cell: ({ row: { original } }) => (original.answered_at ? <When at={original.answered_at} /> : NOTHING),
    },
  ];
  return <DataTable caption={said.answers} columns={columns} rows={hospitals} rowId={({ envoy_name }) => envoy_name} />;
}
