import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { words } from "../words/words";

interface TypedConfirmProps {
  /** What must be typed. */
  name: string;
  title: string;
  /** What will happen. */
  children: ReactNode;
  button: string;
  isBusy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Ask for the name of what is to be destroyed, or shut out, before it is done. Shown while it is there. */
export function TypedConfirm({ name, title, children, button, isBusy = false, onConfirm, onClose }: TypedConfirmProps) {
  const [typed, setTyped] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": words.common.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === name) onConfirm();
          else setIsWrong(true);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{children}</Text>
          <TextInput
            data-autofocus
            label={words.common.typeToConfirm(name)}
            value={typed}
            error={isWrong ? words.common.typedWrongly : undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={({ currentTarget }) => {
              setTyped(currentTarget.value);
              setIsWrong(false);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" color="red.9" loading={isBusy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
