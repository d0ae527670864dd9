import { Alert, List, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";

interface StoppingViewProps {
  quiescence: Schemas["Quiescence"];
  action: ReactNode;
}

export function StoppingView({ quiescence, action }: StoppingViewProps) {
  const { system: said } = words;
  const { is_quiet, is_safe, since, under_way } = quiescence;
  return (
    <Section title={said.quiescence} actions={action}>
      <Text size="sm">{is_quiet ? said.isQuiet : said.isOpen}</Text>
      {is_quiet ? (
        <>
          <Text size="sm">
            {said.quietSince} <When at={since} />
          </Text>
          <Alert color={is_safe ? "green" : "yellow"} role="status">
            <span aria-hidden>{is_safe ? "✓ " : "! "}</span>
            {is_safe ? said.safe : said.notYetSafe}
          </Alert>
        </>
      ) : (
        <Text size="sm">{said.beginHint}</Text>
      )}
      {under_way.length > 0 && (
        <>
          <Text size="sm" fw={600}>
            {said.underWay}
          </Text>
          <List size="sm">
            {under_way.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
          <Text size="sm">
            {said.keeps} <WayTo way={{ to: "/runs" }}>{said.toRuns}</WayTo>
          </Text>
        </>
      )}
    </Section>
  );
}
