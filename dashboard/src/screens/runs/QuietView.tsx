import { Alert, Button, List, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { When } from "../../parts/When";
import { words } from "../../words/words";

interface QuietViewProps {
  quiescence: Schemas["Quiescence"];
  isBusy: boolean;
  onBegin: () => void;
  onEnd: () => void;
}

/** Whether the director can be stopped, what still is under way, and the switch. */
export function QuietView({ quiescence, isBusy, onBegin, onEnd }: QuietViewProps) {
  const { is_quiet, is_safe, since, under_way } = quiescence;
  const said = words.runs.quiet;
  return (
    <Section
      title={said.title}
      actions={
        <Button variant="default" loading={isBusy} onClick={is_quiet ? onEnd : onBegin}>
          {is_quiet ? said.end : said.begin}
        </Button>
      }
    >
      <Text size="sm">{said.about}</Text>
      <div role="status">
        {is_quiet ? (
          <Alert
            color={is_safe ? "green" : "yellow"}
            icon={is_safe ? "✓" : "!"}
            title={<Text fw={700}>{is_safe ? said.safe : said.notYet}</Text>}
          >
            <Stack gap={4}>
              <Text size="sm">{is_safe ? said.safeMeans : said.notYetMeans}</Text>
              <Text size="sm">
                {said.since} <When at={since} />
              </Text>
            </Stack>
          </Alert>
        ) : (
          <Text size="sm">{said.open}</Text>
        )}
      </div>
      {under_way.length > 0 ? (
        <Stack gap={4}>
          <Text size="sm">{is_quiet && is_safe ? said.mayWait : said.underWay}</Text>
          <List size="sm">
            {under_way.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </Stack>
      ) : null}
    </Section>
  );
}
