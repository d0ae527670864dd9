import { SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { ToVersion } from "../../parts/links";
import { Section } from "../../parts/Section";
import { span, When } from "../../parts/When";
import { words } from "../../words/words";

interface FactProps {
  name: string;
  children: ReactNode;
}

function Fact({ name, children }: FactProps) {
  return (
    <Stack gap={0} component="div">
      <Text component="dt" size="sm" fw={600}>
        {name}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </Stack>
  );
}

function parametersOf(parameters: Record<string, number>): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  return given.length > 0 ? given.join(", ") : words.runs.byDefault;
}

/** How a run was set up. */
export function RunFacts({ run }: { run: Schemas["Run"] }) {
  const said = words.runs;
  return (
    <Section title={said.facts}>
      <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: 3 }} m={0} spacing="sm">
        <Fact name={words.common.task}>{run.task}</Fact>
        <Fact name={said.strategy}>{run.strategy}</Fact>
        <Fact name={said.parameters}>{parametersOf(run.parameters)}</Fact>
        <Fact name={said.quorum}>{said.quorumOf(run.quorum, run.hospitals.length)}</Fact>
        <Fact name={said.deadline}>{span(run.deadline_seconds)}</Fact>
        <Fact name={said.late}>{said.lateRules[run.late]}</Fact>
        <Fact name={said.patience}>
          {typeof run.patience === "number" ? said.patienceRounds(run.patience) : said.noPatience}
        </Fact>
        <Fact name={said.seed}>{run.seed}</Fact>
        <Fact name={said.opened}>
          <When at={run.opened_at} />
        </Fact>
        {run.ended_at ? (
          <Fact name={said.ended}>
            <When at={run.ended_at} />
          </Fact>
        ) : null}
        {typeof run.best_version === "number" ? (
          <Fact name={said.best}>
            <ToVersion task={run.task} version={run.best_version}>{said.version(run.best_version)}</ToVersion>
          </Fact>
        ) : null}
      </SimpleGrid>
    </Section>
  );
}
