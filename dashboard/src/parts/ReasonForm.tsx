import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { words } from "../words/words";

const LONGEST = 500;

interface ReasonFormProps {
  title: string;
  children?: ReactNode;
  button: string;
  isNeeded?: boolean;
  isBusy?: boolean;
  color?: string;
  onGive: (reason: string) => void;
  onClose: () => void;
}

/** Ask why. Shown while it is there. */
export function ReasonForm({ title, children, button, isNeeded = true, isBusy = false, color, onGive, onClose }: ReasonFormProps) {
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": words.common.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onGive(reason.trim());
        }}
      >
        <Stack gap="sm">
          {children}
          <Textarea
            data-autofocus
            label={words.common.reason}
            description={words.common.reasonHint}
            required={isNeeded}
            maxLength={LONGEST}
            value={reason}
            // one line goes on record
            onChange={({ currentTarget }) => setReason(currentTarget.value.replaceAll(/[\r\n]+/g, " "))}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" loading={isBusy} {...(color ? { color } : {})} disabled={isNeeded && reason.trim() === ""}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
