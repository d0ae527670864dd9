import { Button } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { saveText, toCsv } from "../../parts/csv";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { writeNumber, writeScore, writeShare } from "../../parts/numbers";
import { words } from "../../words/words";
import { countedText, UpdateLink } from "../models/InputsTable";

type Input = Schemas["ModelInput"];
type Measured = number | null | undefined;

const { aggregate: said, models, bars } = words;

const NUMBERS: readonly { head: string; of: (input: Input) => Measured; write: (value: Measured) => string }[] = [
  { head: models.weight, of: ({ weight }) => weight, write: writeShare },
  { head: models.norm, of: ({ norm }) => norm, write: writeNumber },
  { head: models.cosine, of: ({ cosine }) => cosine, write: writeNumber },
  { head: models.distance, of: ({ distance }) => distance, write: writeNumber },
  { head: said.effect, of: ({ effect }) => effect, write: writeNumber },
  { head: said.ownLoss, of: ({ held_out }) => held_out?.loss, write: writeScore },
  { head: said.ownAccuracy, of: ({ held_out }) => held_out?.accuracy, write: writeScore },
  { head: said.withoutLoss, of: ({ held_out_without }) => held_out_without?.loss, write: writeScore },
  { head: said.withoutAccuracy, of: ({ held_out_without }) => held_out_without?.accuracy, write: writeScore },
];

/** All numbers of each hospital that moves. */
export function PreviewTable({ inputs }: { inputs: readonly Input[] }) {
  const columns: ColumnDef<Input>[] = [
    { header: models.hospital, accessorKey: "envoy_name" },
    { header: models.update, accessorKey: "version", cell: ({ row: { original } }) => <UpdateLink input={original} isOpen /> },
    { header: models.counted, accessorFn: countedText },
    ...NUMBERS.map(
      ({ head, of, write }): ColumnDef<Input> => ({
        header: head,
        id: head,
        accessorFn: (input) => of(input) ?? undefined,
        cell: ({ row: { original } }) => write(of(original)),
      }),
    ),
  ];
  const save = () => {
    const head = [models.hospital, models.counted, ...NUMBERS.map((each) => each.head)];
    const rows = inputs.map((input) => [input.envoy_name, input.counted_examples, ...NUMBERS.map(({ of }) => of(input))]);
    saveText(`${said.tableTitle}.csv`, toCsv(head, rows));
  };
  return (
    <>
      <DataTable caption={said.tableCaption} columns={columns} rows={[...inputs]} rowId={({ submission_id }) => submission_id} />
      <div>
        <Button size="compact-xs" variant="default" onClick={save} aria-label={bars.download(said.tableTitle)}>
          {words.common.download}
        </Button>
      </div>
    </>
  );
}
