import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { NOTHING, writeCount, writeNumber, writeScore, writeShare } from "../../parts/numbers";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";

type Input = Schemas["ModelInput"];

const { models: said } = words;

/** A hospital's model in a table: leads to the submission where that can be looked at. */
export function UpdateLink({ input, isOpen }: { input: Input; isOpen: boolean }) {
  const text = said.updateLink(input.version);
  if (!isOpen) return <>{text}</>;
  return (
    <WayTo way={{ to: "/submissions/$id", params: { id: input.submission_id } }} aria-label={words.submissions.title(input.envoy_name, input.version)}>
      {text}
    </WayTo>
  );
}

export function countedText({ counted_examples: counted, bound }: Input): string {
  if (typeof counted !== "number") return NOTHING;
  return bound ? said.countedAs(writeCount(counted), bound) : writeCount(counted);
}

interface InputsTableProps {
  inputs: readonly Input[];
  opensSubmission: (hospital: string) => boolean;
  /** Whether the columns that compare hospitals are there. */
  isCompared: boolean;
  caption?: string;
}

/** Hospitals in a version: what each weighs, and what was found of it. */
export function InputsTable({ inputs, opensSubmission, isCompared, caption = said.inputsCaption }: InputsTableProps) {
  const columns: ColumnDef<Input>[] = [
    { header: said.hospital, accessorKey: "envoy_name" },
    {
      header: said.update,
      accessorKey: "version",
      cell: ({ row: { original } }) => <UpdateLink input={original} isOpen={opensSubmission(original.envoy_name)} />,
    },
    { header: said.weight, accessorKey: "weight", cell: ({ row: { original } }) => writeShare(original.weight) },
    { header: said.claimed, accessorKey: "num_examples", cell: ({ row: { original } }) => writeCount(original.num_examples) },
    { header: said.counted, accessorFn: countedText },
  ];
  const compared: ColumnDef<Input>[] = [
    { header: said.norm, accessorKey: "norm", cell: ({ row: { original } }) => writeNumber(original.norm) },
    { header: said.cosine, accessorKey: "cosine", cell: ({ row: { original } }) => writeNumber(original.cosine) },
    { header: said.distance, accessorKey: "distance", cell: ({ row: { original } }) => writeNumber(original.distance) },
    {
      header: said.ownHeldOut,
      accessorFn: ({ held_out }) => held_out?.loss,
      cell: ({ row: { original } }) =>
        original.held_out
          ? said.heldOutBoth(writeScore(original.held_out.loss), writeScore(original.held_out.accuracy))
          : NOTHING,
    },
  ];
  return (
    <DataTable
      caption={caption}
      columns={isCompared ? [...columns, ...compared] : columns}
      rows={[...inputs]}
      rowId={({ submission_id }) => submission_id}
    />
  );
}
