import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { writeCount } from "../../parts/numbers";
import { Verdict } from "../../parts/Verdict";
import { When } from "../../parts/When";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";

type Submission = Schemas["Submission"];

const { submissions: said } = words;

/** The sentences of the checks that did not pass. */
export function against(checks: readonly Schemas["Check"][]): string {
  const failed = checks.filter(({ passed }) => !passed).map(({ sentence }) => sentence);
  return failed.join(" ") || said.nothingAgainst;
}

interface SubmissionsTableProps {
  submissions: Submission[];
  /** Whether a hospital's name leads to it. */
  opensHospitals: boolean;
}

export function SubmissionsTable({ submissions, opensHospitals }: SubmissionsTableProps) {
  const columns: ColumnDef<Submission>[] = [
    {
      header: said.version,
      accessorFn: ({ envoy_name, version }) => `${envoy_name} ${version ?? 0}`,
      cell: ({ row: { original } }) => (
        <WayTo way={{ to: "/submissions/$id", params: { id: original.id } }}>
          {said.title(original.envoy_name, original.version)}
        </WayTo>
      ),
    },
    { header: said.when, accessorKey: "created_at", cell: ({ row: { original } }) => <When at={original.created_at} /> },
    {
      header: said.hospital,
      accessorKey: "envoy_name",
      cell: ({ row: { original } }) =>
        opensHospitals ? (
          <WayTo way={{ to: "/hospitals/$envoy", params: { envoy: original.envoy_name } }}>
            {original.envoy_name}
          </WayTo>
        ) : (
          original.envoy_name
        ),
    },
    { header: said.task, accessorKey: "task" },
    { header: said.verdict, accessorKey: "verdict", cell: ({ row: { original } }) => <Verdict verdict={original.verdict} /> },
    {
      header: said.examples,
      accessorFn: ({ metadata }) => metadata.num_examples,
      cell: ({ row: { original } }) => writeCount(original.metadata.num_examples),
    },
    { header: said.against, accessorFn: ({ checks }) => against(checks), enableSorting: false },
    {
      header: said.byPerson,
      accessorFn: ({ decision }) => decision?.verdict ?? "",
      cell: ({ row: { original } }) => outcomeOf(original.decision),
    },
  ];
  return <DataTable caption={said.caption} columns={columns} rows={submissions} rowId={({ id }) => id} />;
}

/** What a person decided, in a word. */
export function outcomeOf(decision: Schemas["Decision"] | null | undefined): string {
  if (!decision) return words.common.no;
  return decision.verdict === "released" ? said.released : said.tookOut;
}
