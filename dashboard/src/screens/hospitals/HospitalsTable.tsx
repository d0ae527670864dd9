import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { HospitalState } from "../../parts/HospitalState";
import { wayToHospital, WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { writeCount } from "../../parts/numbers";
import { words } from "../../words/words";
import type { Listed } from "./listing";

const texts = words.hospitals;

const name: ColumnDef<Listed> = {
  header: texts.name,
  accessorKey: "envoy_name",
  cell: ({ row: { original: hospital } }) => <WayTo way={wayToHospital(hospital.envoy_name)}>{hospital.envoy_name}</WayTo>,
};
const state: ColumnDef<Listed> = {
  header: texts.state,
  id: "state",
  accessorFn: (hospital) => (hospital.state === null ? "" : texts.states[hospital.state]),
  cell: ({ row: { original: hospital } }) => (hospital.state === null ? null : <HospitalState state={hospital.state} />),
};
const seen: ColumnDef<Listed> = {
  header: texts.lastSeen,
  accessorFn: ({ last_seen_at }) => last_seen_at ?? "",
  cell: ({ row: { original: hospital } }) => <When at={hospital.last_seen_at} />,
};
const version: ColumnDef<Listed> = {
  header: texts.version,
  accessorFn: ({ current }) => current[0]?.version ?? 0,
  cell: ({ row: { original: hospital } }) => (
    <div>
      {hospital.current.length === 0 && words.common.none}
      {hospital.current.map(({ task, version: at, stale }) => (
        <div key={task}>{texts.versionOf(at, task, stale)}</div>
      ))}
    </div>
  ),
};
const expected: ColumnDef<Listed> = {
  header: texts.expected,
  accessorFn: (hospital) => hospital.expected ?? 0,
  cell: ({ row: { original: hospital } }) => (hospital.expected === null ? texts.notSaid : writeCount(hospital.expected)),
};

interface HospitalsTableProps {
  hospitals: Listed[];
  /** Whether whoever looks is told states and when hospitals were seen. */
  showsStates: boolean;
  showsExpected: boolean;
}

/** The hospitals as a table. */
export function HospitalsTable({ hospitals, showsStates, showsExpected }: HospitalsTableProps) {
  const columns = [name, ...(showsStates ? [state, seen] : []), version, ...(showsExpected ? [expected] : [])];
  return <DataTable caption={texts.caption} columns={columns} rows={hospitals} rowId={({ envoy_name }) => envoy_name} />;
}
