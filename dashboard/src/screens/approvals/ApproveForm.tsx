import { Button, Group, Modal, Stack, Text } from "@mantine/core";

import { Sentence } from "../../parts/Sentence";
import { words } from "../../words/words";
import type { Proposal } from "./proposals";
import { Titled } from "./Titled";

interface ApproveFormProps {
  proposal: Proposal;
  isBusy: boolean;
  onApprove: () => void;
  onClose: () => void;
}

/** Say once more what will be done. */
export function ApproveForm({ proposal, isBusy, onApprove, onClose }: ApproveFormProps) {
  const { approvals: said, common } = words;
  return (
    <Modal opened onClose={onClose} title={said.approveTitle} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="sm">
        <Text size="sm">
          <Sentence text={said.approveText} parts={{ what: <Titled proposal={proposal} /> }} />
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button loading={isBusy} onClick={onApprove}>
            {said.approve}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
