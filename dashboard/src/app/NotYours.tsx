import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Page } from "../parts/Page";
import { words } from "../words/words";

/** A screen of somebody else's, as by a link that was shared. */
export function NotYours({ role }: { role: string }) {
  return (
    <Page title={words.common.notYours}>
      <Text>{words.common.notYoursBecause(role)}</Text>
      <Text>
        <Anchor component={Link} to="/" underline="always">
          {words.common.toOverview}
        </Anchor>
      </Text>
    </Page>
  );
}
