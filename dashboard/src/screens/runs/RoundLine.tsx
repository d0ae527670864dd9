import { Button, Card, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useId, useState } from "react";

import type { Schemas } from "../../api/client";
import { writeBytes, writeNumber } from "../../parts/numbers";
import { ToVersion } from "../../parts/links";
import { span, When } from "../../parts/When";
import { saidOf } from "../../parts/metrics";
import { words } from "../../words/words";
import { RoundParts } from "./RoundParts";
import { RoundState } from "./RunState";

interface RoundLineProps {
  task: string;
  record: Schemas["RoundRecord"];
  metric: string | undefined;
  isOwnAlone: boolean;
  /** Whether its parts are shown from the beginning. */
  isOpened: boolean;
}

/** A round in a line, its parts behind a button. */
export function RoundLine({ task, record, metric, isOwnAlone, isOpened }: RoundLineProps) {
  const [isOpen, setIsOpen] = useState(isOpened);
  const id = useId();
  const said = words.runs;
  const title = said.roundNumber(record.number, record.attempt);
  return (
    <Card component="li" withBorder padding="sm">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Group gap="sm">
            <Title order={3} size="h5">
              {title}
            </Title>
            <RoundState state={record.state} />
            {record.global_version === null ? null : (
              <Text size="sm">
                <ToVersion task={task} version={record.global_version}>{said.version(record.global_version)}</ToVersion>
              </Text>
            )}
          </Group>
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={isOpen ? said.hidePartsOf(title) : said.showPartsOf(title)}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? said.hideParts : said.showParts}
          </Button>
        </Group>
        <Figures record={record} metric={metric} isOwnAlone={isOwnAlone} />
        {record.reason ? (
          <Text size="sm">
            <strong>{said.reason}:</strong> {record.reason}
          </Text>
        ) : null}
        <Collapse id={id} expanded={isOpen}>
          {isOpen ? <RoundParts record={record} metric={metric} isOwnAlone={isOwnAlone} /> : null}
        </Collapse>
      </Stack>
    </Card>
  );
}

/** The numbers of a round that one compares from round to round. */
function Figures({ record, metric, isOwnAlone }: Pick<RoundLineProps, "record" | "metric" | "isOwnAlone">) {
  const said = words.runs;
  const late = record.parts.filter(({ is_late }) => is_late).length;
  const seconds = record.closed_at === null ? null : (Date.parse(record.closed_at) - Date.parse(record.opened_at)) / 1000;
  const facts: [string, string][] = [
    isOwnAlone
      ? [said.ownUpdates, String(record.parts.length)]
      : [said.hospitalsColumn, said.returnedOf(record.parts.length, record.awaited.length)],
    [said.lateColumn, String(late)],
    [said.refusedColumn, String(record.refused.length)],
    [said.bytes, writeBytes(record.bytes)],
  ];
  if (metric !== undefined) {
    const { [metric]: mean } = record.mean;
    const { [metric]: worst } = record.worst;
    if (mean !== undefined) facts.push([said.meanOf(saidOf(metric)), writeNumber(mean)]);
    if (worst !== undefined) facts.push([said.worstOf(saidOf(metric)), writeNumber(worst)]);
  }
  if (seconds !== null) facts.push([said.took, seconds < 1 ? said.atOnce : span(seconds)]);
  return (
    <Group component="dl" gap="lg" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs">
            {name}
          </Text>
          <Text component="dd" size="sm" fw={600} m={0}>
            {value}
          </Text>
        </div>
      ))}
      {record.closed_at === null ? (
        <div>
          <Text component="dt" size="xs">
            {said.closes}
          </Text>
          <Text component="dd" size="sm" fw={600} m={0}>
            <When at={record.closes_at} />
          </Text>
        </div>
      ) : null}
    </Group>
  );
}
