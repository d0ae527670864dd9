import { Button, Code, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import type { Filters } from "../../app/router";
import { DataTable } from "../../parts/DataTable";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { written } from "../../parts/moments";
import { words } from "../../words/words";
import classes from "./Audit.module.css";

interface RecordDetailsProps {
  record: Schemas["AuditRecord"];
  onFilter: (filters: Filters) => void;
}

/** All that is on record of one act, as it stands there. */
export function RecordDetails({ record, onFilter }: RecordDetailsProps) {
  const { audit: said } = words;
  const { act, actor, subject, person, at, seq, digest, previous, facts } = record;
  const only = (value: string, name: "act" | "actor" | "subject"): ReactNode => (
    <Group gap="xs">
      <Code>{value}</Code>
      <Button size="compact-xs" variant="default" onClick={() => onFilter({ [name]: value })}>
        {said.onlyThis[name]}
      </Button>
    </Group>
  );
  const rows = Object.entries(facts);
  return (
    <Stack gap="xs" className={classes.unfolded}>
      <Facts
        facts={[
          [said.at, <time dateTime={at}>{written(at)}</time>],
          [said.recordedActor, only(actor, "actor")],
          [said.person, person ?? said.nobody],
          [said.recordedAct, only(act, "act")],
          [said.recordedSubject, only(subject, "subject")],
          [said.digest, <Digest sha256={digest} />],
          [said.previous, seq === 1 ? said.first : <Digest sha256={previous} />],
        ]}
      />
      {rows.length === 0 ? (
        <Text size="sm">{said.noFacts}</Text>
      ) : (
        <DataTable
          caption={said.facts}
          showsCaption
          rows={rows}
          rowId={([name]) => name}
          columns={[
            { id: "fact", header: said.fact, enableSorting: false, accessorFn: ([name]) => name },
            {
              id: "value",
              header: said.value,
              enableSorting: false,
              accessorFn: ([, value]) => shownFact(value),
            },
          ]}
        />
      )}
    </Stack>
  );
}

function shownFact(value: unknown): string {
  if (value === null) return words.common.none;
  return typeof value === "string" ? value : JSON.stringify(value);
}
