import { Button, Group } from "@mantine/core";

export interface Chip {
  /** "" takes the filter away. */
  value: string;
  label: string;
}

interface ChipsProps {
  /** What is chosen by them. */
  label: string;
  chips: readonly Chip[];
  value: string;
  onChoose: (value: string) => void;
}

/** A few choices side by side, one of them in force; they wrap on a narrow screen. */
export function Chips({ label, chips, value, onChoose }: ChipsProps) {
  return (
    <Group gap={6} role="group" aria-label={label}>
      {chips.map((chip) => (
        <Button
          key={chip.value}
          size="compact-sm"
          variant={chip.value === value ? "filled" : "default"}
          aria-pressed={chip.value === value}
          onClick={() => onChoose(chip.value)}
        >
          {chip.label}
        </Button>
      ))}
    </Group>
  );
}
