import { Alert, Stack, Text } from "@mantine/core";

import { CopyBlock } from "../../parts/CopyBlock";
import { WayTo } from "../../parts/Way";
import { LANGUAGE, words } from "../../words/words";
import type { Proposal } from "./proposals";

/** Which acts wait for a second admin here; where none does, how to have them wait. */
export function WaitingActs({ acts }: { acts: readonly Proposal["act"][] }) {
  const { approvals: said } = words;
  const toSystem = <WayTo way={{ to: "/system" }}>{said.toSystem}</WayTo>;
  if (acts.length > 0) {
    const named = new Intl.ListFormat(LANGUAGE).format(acts.map((act) => said.acts[act]));
    return (
      <Text size="sm">
        {said.waitingActs(named)} {toSystem}
      </Text>
    );
  }
  return (
    <Alert color="gray" role="note" title={said.nothingWaits}>
      <Stack gap="xs">
        <Text size="sm">{said.howToSet}</Text>
        <CopyBlock text={said.settingLines} label={said.settingLabel} />
        <Text size="sm">{toSystem}</Text>
      </Stack>
    </Alert>
  );
}
