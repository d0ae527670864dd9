import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { EventLine } from "../../parts/EventLine";
import { Section } from "../../parts/Section";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import classes from "./Answers.module.css";

const texts = words.overview;

export function LastEvents({ events, mayAudit }: { events: readonly Schemas["ToldEvent"][]; mayAudit: boolean }) {
  return (
    <Section title={texts.lastEvents} actions={mayAudit ? <WayTo way={{ to: "/audit" }}>{texts.toAudit}</WayTo> : null}>
      {events.length === 0 ? (
        <Text size="sm">{texts.noEvents}</Text>
      ) : (
        <ol className={classes.list}>
          {events.map((told) => (
            <li key={told.seq}>
              <EventLine told={told} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
