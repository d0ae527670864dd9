import { ActionIcon, Code, CopyButton, Group } from "@mantine/core";

import { words } from "../words/words";

const SHOWN = 12;

/** Two sheets: drawn, since fonts lack the sign. */
function CopySign() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" aria-hidden>
      <rect x="3.5" y="0.5" width="8" height="8" />
      <path d="M3.5 3.5h-3v8h8v-3" />
    </svg>
  );
}

/** The beginning of a digest, and all of it to copy. */
export function Digest({ sha256 }: { sha256: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Code title={sha256}>{sha256.slice(0, SHOWN)}</Code>
      <CopyButton value={sha256}>
        {({ copied, copy }) => {
          const label = `${copied ? words.common.copied : words.common.copy}: ${sha256.slice(0, SHOWN)}`;
          return (
            <ActionIcon variant="subtle" size="sm" aria-label={label} title={label} onClick={copy}>
              {copied ? "✓" : <CopySign />}
            </ActionIcon>
          );
        }}
      </CopyButton>
    </Group>
  );
}
