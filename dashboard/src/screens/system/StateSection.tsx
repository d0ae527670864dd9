import { Alert } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { Facts } from "../../parts/Facts";
import { writeCount } from "../../parts/numbers";
import { Section } from "../../parts/Section";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { Sign } from "./Sign";

/** Whether the director is well, which one it is, and since when. */
export function StateSection({ system }: { system: Schemas["System"] }) {
  const { system: said } = words;
  const isWell = system.status === "ok";
  return (
    <Section title={said.state}>
      {!isWell && (
        <Alert color="red" role="alert">
          {said.failingWhat}
        </Alert>
      )}
      <Facts
        facts={[
          [said.state, <Sign isGood={isWell} label={isWell ? said.ok : said.failing} />],
          [said.version, system.version],
          [said.python, system.python],
          [said.started, <When at={system.started_at} />],
          [said.records, <WayTo way={{ to: "/audit" }}>{said.toAudit(writeCount(system.records))}</WayTo>],
        ]}
      />
      <DataTable
        caption={said.check}
        rows={Object.entries(system.checks)}
        rowId={([name]) => name}
        columns={[
          { id: "check", header: said.check, accessorFn: ([name]) => said.checks[name] ?? name },
          {
            id: "found",
            header: said.found,
            accessorFn: ([, found]) => found,
            cell: ({ row: { original } }) => <Sign isGood={original[1] === "ok"} label={original[1] === "ok" ? said.ok : original[1]} />,
          },
        ]}
      />
    </Section>
  );
}
