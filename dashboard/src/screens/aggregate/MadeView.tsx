import { Alert, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";

const { aggregate: said } = words;

export interface Made {
  model: Schemas["GlobalModel"];
  /** False: nothing was new, and the current version is the answer. */
  isNew: boolean;
}

export function madeText({ model: { version, published, waiting }, isNew }: Made): string {
  const number = version ?? 0;
  if (!isNew) return said.madeNothing(number);
  if (published) return said.madeCurrent(number);
  return waiting ? said.madeWaiting(number) : said.madeOther(number);
}

/** What came of an aggregate, and where to go from there. */
export function MadeView({ made, publishing }: { made: Made; publishing: ReactNode }) {
  const { version, task, notes } = made.model;
  return (
    <Alert color={made.isNew && made.model.published ? "green" : "yellow"} role="status" title={said.done}>
      <Stack gap="xs">
        <Text>{madeText(made)}</Text>
        {notes.map((note, at) => (
          <Text key={at} size="sm">
            {note}
          </Text>
        ))}
        <Group>
          {version !== null && (
            <WayButton way={{ to: "/models/$version", params: { version: String(version) }, search: { task } }}>
              {said.lookAt(version)}
            </WayButton>
          )}
          {publishing}
        </Group>
      </Stack>
    </Alert>
  );
}
