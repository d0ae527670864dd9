import { Button, Code, CopyButton, Stack } from "@mantine/core";

import { words } from "../words/words";

/** Text to be taken elsewhere: a command, a few lines of Python. */
export function CopyBlock({ text, label }: { text: string; label: string }) {
  return (
    <Stack gap={4} align="flex-start">
      {/* a region that scrolls must be reachable by the keyboard */}
      <Code block w="100%" tabIndex={0} role="group" aria-label={label}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-xs" onClick={copy} aria-label={`${words.common.copy}: ${label}`}>
            {copied ? words.common.copied : words.common.copy}
          </Button>
        )}
      </CopyButton>
    </Stack>
  );
}
