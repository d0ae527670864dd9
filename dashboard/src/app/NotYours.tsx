import { Text } from "@mantine/core";

import { Page } from "../parts/Page";
import { WayTo } from "../parts/Way";
import { words } from "../words/words";

/** A screen of somebody else's, as by a link that was shared. */
export function NotYours({ role }: { role: string }) {
  return (
    <Page title={words.common.notYours}>
      <Text>{words.common.notYoursBecause(role)}</Text>
      <Text>
        <WayTo way={{ to: "/" }}>{words.common.toOverview}</WayTo>
      </Text>
    </Page>
  );
}
