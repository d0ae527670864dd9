import { Button, Group, Modal, Stack, Text } from "@mantine/core";

import { words } from "../../words/words";

const { aggregate: said, common } = words;

interface MakeVersionProps {
  isBusy: boolean;
  onMake: () => void;
  onClose: () => void;
}

/** Say what will happen before a version is made. */
export function MakeVersion({ isBusy, onMake, onClose }: MakeVersionProps) {
  return (
    <Modal opened onClose={onClose} title={said.makeTitle} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="sm">
        <Text size="sm">{said.makeAbout}</Text>
        <Text size="sm">{said.makeModes}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button loading={isBusy} onClick={onMake} data-autofocus>
            {said.make}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
