import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Page } from "../parts/Page";
import { words } from "../words/words";

export function NotFound() {
  return (
    <Page title={words.common.notFound}>
      <Text>
        <Anchor component={Link} to="/" underline="always">
          {words.common.toOverview}
        </Anchor>
      </Text>
    </Page>
  );
}
