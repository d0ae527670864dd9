import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { whoDid } from "../../parts/told";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { type Proposal, whatOf } from "./proposals";
import { Titled } from "./Titled";

const { approvals: said, common } = words;

const COLUMNS: ColumnDef<Proposal>[] = [
  { id: "number", header: said.number, accessorFn: ({ id }) => id },
  { id: "what", header: said.what, accessorFn: whatOf, cell: ({ row }) => <Titled proposal={row.original} /> },
  { id: "state", header: said.state, accessorFn: ({ state }) => said.states[state] },
  { id: "by", header: said.proposedBy, accessorFn: ({ proposed_by, person }) => whoDid({ actor: proposed_by, person }) },
  { id: "at", header: said.proposedAt, accessorFn: ({ proposed_at }) => proposed_at, cell: ({ row }) => <When at={row.original.proposed_at} /> },
  { id: "decidedBy", header: said.decidedBy, accessorFn: ({ decided_by, decided_person }) => whoDid({ actor: decided_by, person: decided_person }) ?? common.none },
  { id: "decidedAt", header: said.decidedAt, accessorFn: ({ decided_at }) => decided_at ?? "", cell: ({ row }) => <When at={row.original.decided_at} /> },
  { id: "reason", header: said.reason, accessorFn: ({ decision_reason, reason }) => decision_reason ?? reason ?? said.noReason },
];

export function ProposalTable({ proposals }: { proposals: Proposal[] }) {
  return <DataTable caption={said.earlier} rows={proposals} columns={COLUMNS} rowId={({ id }) => String(id)} />;
}
