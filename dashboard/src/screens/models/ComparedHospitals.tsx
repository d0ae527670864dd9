import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { saidOf } from "../../parts/metrics";
import { words } from "../../words/words";
import { PairsTable } from "./PairsTable";

type Hospital = Schemas["HospitalComparison"];

const { models: said } = words;

function partText(part: Hospital["part_in_a"]): string {
  return part === null ? said.notIn : (said.parts[part] ?? part);
}

/** What each hospital is in both versions, and a table for each score. */
export function ComparedHospitals({ hospitals, a, b }: { hospitals: readonly Hospital[]; a: number; b: number }) {
  const scores = [...new Set(hospitals.flatMap((hospital) => Object.keys(hospital.scores)))];
  return (
    <>
      <DataTable
        caption={said.compareHospitals}
        rows={[...hospitals]}
        rowId={({ envoy_name }) => envoy_name}
        columns={[
          { header: said.hospital, accessorKey: "envoy_name" },
          { id: "a", header: said.inVersion(a), accessorFn: ({ part_in_a }) => partText(part_in_a) },
          { id: "b", header: said.inVersion(b), accessorFn: ({ part_in_b }) => partText(part_in_b) },
          { header: said.sameUpdate, accessorFn: ({ same_update }) => (same_update ? said.same : said.another) },
        ]}
      />
      {scores.map((score) => (
        <PairsTable
          key={score}
          caption={said.scores(saidOf(score))}
          nameHead={said.hospital}
          a={a}
          b={b}
          rows={hospitals.flatMap(({ envoy_name, scores: found }) => {
            const pair = found[score];
            return pair === undefined ? [] : [{ name: envoy_name, score, pair }];
          })}
        />
      ))}
    </>
  );
}
