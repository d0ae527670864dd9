import { Group, Text } from "@mantine/core";

/** A question's answer in one sentence, with a sign whether there is something to do. */
export function Answer({ isCalm, children }: { isCalm: boolean; children: string }) {
  return (
    <Group gap="xs" wrap="nowrap" align="baseline">
      <Text component="span" fw={700} aria-hidden c={isCalm ? "var(--mantine-color-text)" : "var(--mantine-color-error)"}>
        {isCalm ? "✓" : "!"}
      </Text>
      <Text fw={600}>{children}</Text>
    </Group>
  );
}
