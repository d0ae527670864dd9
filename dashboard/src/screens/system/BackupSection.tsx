import { Alert, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { CopyBlock } from "../../parts/CopyBlock";
import { Facts } from "../../parts/Facts";
import { Section } from "../../parts/Section";
import { span, When } from "../../parts/When";
import { words } from "../../words/words";

const DAY_SECONDS = 86_400;

/** A backup that is older than so many days is warned of, where the director does not say after how many. */
export const OLD_DAYS = 7;

/** How old the newest backup is; where there is none, or an old one, the command that makes one. */
export function BackupSection({ backup, days = OLD_DAYS }: { backup: Schemas["LastBackup"] | null; days?: number }) {
  const { system: said } = words;
  const isOld = backup !== null && backup.age_seconds > days * DAY_SECONDS;
  return (
    <Section title={said.backup}>
      {backup !== null && (
        <Facts
          facts={[
            [said.backupMade, <When at={backup.made_at} />],
            [said.backupAge, span(backup.age_seconds)],
          ]}
        />
      )}
      {(backup === null || isOld) && (
        <Alert color="yellow" role="note" title={backup === null ? said.noBackup : said.oldBackup(span(backup.age_seconds))}>
          <Stack gap="xs">
            <Text size="sm">{said.backupNow}</Text>
            <CopyBlock text={said.backupCommand} label={said.backupLabel} />
          </Stack>
        </Alert>
      )}
      <Text size="sm">{said.backupHolds}</Text>
    </Section>
  );
}
