import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { systemQuery } from "../../api/asked";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { words } from "../../words/words";
import { BackupSection } from "./BackupSection";
import { numberOf } from "./settings";
import { SettingsSection } from "./SettingsSection";
import { StateSection } from "./StateSection";
import { StoppingSection } from "./StoppingSection";
import { StorageSection } from "./StorageSection";

export function SystemScreen() {
  const query = useQuery(systemQuery);
  return (
    <Page title={words.common.nav.system}>
      <Text>{words.system.about}</Text>
      <Asked query={query}>
        {(system) => (
          <>
            <StateSection system={system} />
            <StorageSection storage={system.storage} />
            <BackupSection backup={system.last_backup} days={numberOf(system.settings, "backup_days")} />
            <StoppingSection quiescence={system.quiescence} />
            <SettingsSection settings={system.settings} />
          </>
        )}
      </Asked>
    </Page>
  );
}
