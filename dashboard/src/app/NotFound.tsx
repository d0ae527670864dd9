import { Text } from "@mantine/core";

import { Page } from "../parts/Page";
import { WayTo } from "../parts/Way";
import { words } from "../words/words";

export function NotFound() {
  return (
    <Page title={words.common.notFound}>
      <Text>
        <WayTo way={{ to: "/" }}>{words.common.toOverview}</WayTo>
      </Text>
    </Page>
  );
}
