import { Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { CopyBlock } from "../../parts/CopyBlock";
import { words } from "../../words/words";

interface SecretProps {
  title: string;
  text: string;
  /** What to do with it. */
  children: ReactNode;
  onClose: () => void;
}

/** Show a secret the one time that it is known; neither a click beside it nor Escape takes it away. */
export function Secret({ title, text, children, onClose }: SecretProps) {
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false} closeButtonProps={{ "aria-label": words.common.close }}>
      <Stack gap="sm">
        <Text size="sm" component="div">
          {children}
        </Text>
        <CopyBlock text={text} label={title} />
      </Stack>
    </Modal>
  );
}
