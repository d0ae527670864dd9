import { Alert, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Facts } from "../../parts/Facts";
import { DataTable } from "../../parts/DataTable";
import { saidOf } from "../../parts/metrics";
import { writeNumber } from "../../parts/numbers";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { ComparedHospitals } from "./ComparedHospitals";
import { InShort } from "./InShort";
import { PairsTable } from "./PairsTable";

type Comparison = Schemas["VersionComparison"];

const { models: said } = words;

/** How two versions are related, in a sentence. */
export function relationOf({ a, b, ancestor, common_ancestor }: Comparison): string {
  if (ancestor === "a") return said.comesFrom(b.version, a.version);
  if (ancestor === "b") return said.comesFrom(a.version, b.version);
  return common_ancestor === null ? said.noAncestor : said.commonAncestor(common_ancestor);
}

export function ComparisonView({ comparison }: { comparison: Comparison }) {
  const { a, b, task, hospitals, mean, worst, held_out, weights, not_comparable } = comparison;
  const rowsOf = (pairs: Comparison["mean"]) => Object.entries(pairs).map(([score, pair]) => ({ name: saidOf(score), score, pair }));
  const versions = { a: a.version, b: b.version };
  return (
    <>
      <Text>{relationOf(comparison)}</Text>
      {not_comparable.length > 0 && (
        <Alert color="yellow" role="note" title={said.notComparable}>
          <Stack component="ul" gap={4} my={0}>
            {not_comparable.map((sentence, at) => (
              <li key={at}>{sentence}</li>
            ))}
          </Stack>
        </Alert>
      )}
      <Section title={said.inShort}>
        <InShort a={a} b={b} task={task} />
      </Section>
      <Section title={said.metrics}>
        <Text size="sm">{said.scoreAbout}</Text>
        {Object.keys(mean).length === 0 ? (
          <Text size="sm">{said.noMetrics}</Text>
        ) : (
          <>
            <PairsTable caption={said.means} nameHead={said.score} rows={rowsOf(mean)} {...versions} />
            <PairsTable caption={said.worsts} nameHead={said.score} rows={rowsOf(worst)} {...versions} />
          </>
        )}
      </Section>
      <Section title={said.onTable}>
        {Object.keys(held_out).length === 0 ? (
          <Text size="sm">{said.noTable2}</Text>
        ) : (
          <PairsTable caption={said.onTable} nameHead={said.score} rows={rowsOf(held_out)} {...versions} />
        )}
      </Section>
      <Section title={said.compareHospitals}>
        <ComparedHospitals hospitals={hospitals} {...versions} />
      </Section>
      {weights && (
        <Section title={said.weights}>
          <Text size="sm">{said.weightsAbout}</Text>
          <Facts
            facts={[
              [said.total, writeNumber(weights.distance)],
              [said.relative, writeNumber(weights.relative)],
              [said.weightsCosine, writeNumber(weights.cosine)],
              [said.normOf(a.version), writeNumber(weights.norm_a)],
              [said.normOf(b.version), writeNumber(weights.norm_b)],
            ]}
          />
          <DataTable
            caption={said.tensorsCaption}
            showsCaption
            rows={weights.tensors}
            rowId={({ tensor }) => tensor}
            columns={[
              { header: said.tensor, accessorKey: "tensor" },
              { header: said.total, accessorKey: "distance", cell: ({ row: { original } }) => writeNumber(original.distance) },
              { header: said.relative, accessorKey: "relative", cell: ({ row: { original } }) => writeNumber(original.relative) },
              { header: said.weightsCosine, accessorKey: "cosine", cell: ({ row: { original } }) => writeNumber(original.cosine) },
            ]}
          />
        </Section>
      )}
    </>
  );
}
