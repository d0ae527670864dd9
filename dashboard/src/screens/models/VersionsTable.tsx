import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { writeCount, writeScore } from "../../parts/numbers";
import { When } from "../../parts/When";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";

type Version = Schemas["VersionSummary"];

const { models: said } = words;

/** What else is said of a version's state: whom it learned from that has left since. */
export function marksOf({ withdrawn = [] }: { withdrawn?: readonly string[] }): string[] {
  return withdrawn.map((hospital) => `${said.goneSign} ${said.gone(hospital)}`);
}

export function stateOf({ published, stale, waiting }: { published: boolean; stale: boolean; waiting: boolean }): string {
  if (published) return `${said.currentSign} ${said.current}`;
  if (stale) return `${said.staleSign} ${said.stale}`;
  return waiting ? `${said.waitingSign} ${said.waits}` : said.earlier;
}

interface VersionsTableProps {
  versions: Version[];
  task: string | undefined;
  opensRuns: boolean;
}

export function VersionsTable({ versions, task, opensRuns }: VersionsTableProps) {
  const search = task === undefined ? {} : { task };
  const to = (version: number, text: string) => (
    <WayTo way={{ to: "/models/$version", params: { version: String(version) }, search }}>
      {text}
    </WayTo>
  );
  const isHeldOut = versions.some(({ held_out }) => held_out !== null);
  const isBinary = versions.some(({ mean }) => mean.auroc !== undefined);
  const auroc: ColumnDef<Version> = {
    header: said.auroc,
    accessorFn: ({ mean }) => mean.auroc,
    cell: ({ row: { original } }) => writeScore(original.mean.auroc),
  };
  const onTable: ColumnDef<Version> = {
    header: said.heldOutLoss,
    accessorFn: ({ held_out }) => held_out?.loss,
    cell: ({ row: { original } }) => writeScore(original.held_out?.loss),
  };
  const columns: ColumnDef<Version>[] = [
    { header: said.version, accessorKey: "version", cell: ({ row: { original } }) => to(original.version, said.versionLink(original.version)) },
    { header: said.state, accessorFn: (each) => [stateOf(each), ...each.aliases, ...marksOf(each)].join(", ") },
    { header: said.made, accessorKey: "created_at", cell: ({ row: { original } }) => <When at={original.created_at} /> },
    {
      header: said.parent,
      accessorFn: ({ parent }) => parent ?? 0,
      cell: ({ row: { original } }) =>
        original.parent === null ? said.sharedStart : to(original.parent, said.parentLink(original.parent)),
    },
    {
      header: said.origin,
      accessorFn: ({ run, round }) => (run ?? 0) * 1e6 + (round ?? 0),
      cell: ({ row: { original } }) => <Origin version={original} opensRuns={opensRuns} />,
    },
    { header: said.strategy, accessorKey: "strategy" },
    {
      header: said.hospitals,
      accessorFn: ({ hospitals }) => hospitals.length,
      cell: ({ row: { original } }) => <span title={original.hospitals.join(", ")}>{writeCount(original.hospitals.length)}</span>,
    },
    { header: said.examples, accessorKey: "num_examples", cell: ({ row: { original } }) => writeCount(original.num_examples) },
    ...(isBinary ? [auroc] : []),
    { header: said.accuracy, accessorFn: ({ mean }) => mean.accuracy, cell: ({ row: { original } }) => writeScore(original.mean.accuracy) },
    { header: said.loss, accessorFn: ({ mean }) => mean.loss, cell: ({ row: { original } }) => writeScore(original.mean.loss) },
    ...(isHeldOut ? [onTable] : []),
  ];
  return <DataTable caption={said.versionsCaption} columns={columns} rows={versions} rowId={({ version }) => String(version)} />;
}

function Origin({ version: { run, round }, opensRuns }: { version: Version; opensRuns: boolean }) {
  if (run === null || round === null) return <>{said.aggregate}</>;
  if (!opensRuns) return <>{said.roundLink(run, round)}</>;
  return (
    <WayTo way={{ to: "/runs/$run", params: { run: String(run) } }}>
      {said.roundLink(run, round)}
    </WayTo>
  );
}
