import { Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { tasksQuery } from "../../api/asked";
import { api, given, type Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { Checks } from "../../parts/Checks";
import { DataTable } from "../../parts/DataTable";
import { writeNumber } from "../../parts/numbers";
import type { Proposal } from "../../parts/proposal";
import { Proposed } from "../../parts/Proposed";
import { Section } from "../../parts/Section";
import { columnsOf, isZeroOrOne } from "../../parts/tasks";
import { words } from "../../words/words";
import { Decided } from "./Decided";
import { choicesFor, Deciding } from "./Deciding";
import { featuresOf } from "./reported";

type Report = Schemas["StatisticsDescription"];

const { submissions: said } = words;

/** One report of statistics, and what to do about it. */
export function ReportSection({ report, onClose }: { report: Report; onClose: () => void }) {
  const may = useMay();
  const tasks = useQuery(tasksQuery);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const { envoy_name, version, task, verdict, checks, decision } = report;
  const choices = choicesFor(verdict, may("release_statistics"), may("reject_statistics"));
  const title = said.reportTitle(envoy_name, version);
  const decide = (choice: "release" | "reject", reason: string): Promise<object> => {
    const options = { params: { path: { envoy_name, version }, query: { task } }, body: { reason } };
    return choice === "release"
      ? given(api.POST("/statistics/{envoy_name}/{version}/release", options))
      : given(api.POST("/statistics/{envoy_name}/{version}/reject", options));
  };
  const columns = columnsOf(tasks.data?.find(({ name }) => name === task)?.features ?? []);
  return (
    <Section
      title={title}
      actions={
        <>
          <Deciding
            what={title}
            choices={choices}
            rejectAbout={said.rejectReportAbout}
            changes={["statistics", "hospitals", "overview", "tasks", "proposals", "audit"]}
            decide={decide}
            onProposed={setProposal}
          />
          <Button variant="default" onClick={onClose}>
            {said.closeReport}
          </Button>
        </>
      }
    >
      <Stack>
        {proposal && <Proposed proposal={proposal} />}
        <Decided verdict={verdict} decision={decision} mayDecide={choices.length > 0} mustDecide={said.mustDecideReport} />
        <Checks checks={checks} label={said.checksLabel} />
        {columns.some(isZeroOrOne) && <Text size="sm">{said.zeroOrOneAbout}</Text>}
        <DataTable
          caption={said.featuresCaption}
          rows={featuresOf(report, columns)}
          columns={[
            { header: said.feature, accessorKey: "name" },
            { header: said.mean, accessorKey: "mean", cell: ({ row: { original } }) => writeNumber(original.mean) },
            { header: said.deviation, accessorKey: "deviation", cell: ({ row: { original } }) => writeNumber(original.deviation) },
          ]}
        />
      </Stack>
    </Section>
  );
}
