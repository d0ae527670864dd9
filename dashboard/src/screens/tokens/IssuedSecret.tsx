import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { CopyBlock } from "../../parts/CopyBlock";
import { Facts } from "../../parts/Facts";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { whose } from "./tokens";

/** The secret of a fresh token, this once: it is in memory alone, and gone when this is closed. */
export function IssuedSecret({ token, onClose }: { token: Schemas["IssuedToken"]; onClose: () => void }) {
  const { tokens: said } = words;
  const isMachines = token.role === "hospital";
  return (
    // a click beside it must not take away what is shown but once
    <Modal opened onClose={onClose} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false} size="lg" title={said.issuedTitle}>
      <Stack gap="sm">
        <Alert color="yellow" role="note">
          {said.once}
        </Alert>
        <CopyBlock text={token.token} label={said.secret} />
        <Facts
          facts={[
            [said.id, token.id],
            [said.role, said.roles[token.role]],
            token.envoy_name ? [said.hospital, token.envoy_name] : null,
            isMachines ? null : [said.whose, whose({ ...token, person: token.person ?? null, envoy_name: token.envoy_name ?? null })],
            [said.holdsUntil, <When at={token.expires_at} />],
          ]}
        />
        {isMachines && (
          <>
            <Text size="sm">{said.renewHint}</Text>
            <CopyBlock text={JSON.stringify(token)} label={said.renewFile} />
          </>
        )}
        <Group justify="flex-end">
          <Button data-autofocus onClick={onClose}>
            {said.iHaveIt}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
