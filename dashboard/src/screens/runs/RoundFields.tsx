import { Group, NativeSelect, SimpleGrid, TextInput } from "@mantine/core";

import { words } from "../../words/words";
import { UNITS, type Unit } from "./runForm";
import type { FieldsProps } from "./StrategyFields";

/** How many rounds, with how many, for how long. */
export function RoundFields({ form, wrongs, onChange }: FieldsProps) {
  const said = words.runs.form;
  const whole = { inputMode: "numeric", autoComplete: "off" } as const;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        {...whole}
        required
        label={said.rounds}
        description={said.roundsMeans}
        value={form.rounds}
        error={wrongs.rounds}
        onChange={({ currentTarget }) => onChange({ rounds: currentTarget.value })}
      />
      <TextInput
        {...whole}
        label={said.quorum}
        description={said.quorumMeans}
        value={form.quorum}
        error={wrongs.quorum}
        onChange={({ currentTarget }) => onChange({ quorum: currentTarget.value })}
      />
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          required
          label={said.deadline}
          description={said.deadlineMeans}
          inputMode="decimal"
          autoComplete="off"
          value={form.deadline}
          error={wrongs.deadline}
          onChange={({ currentTarget }) => onChange({ deadline: currentTarget.value })}
        />
        <NativeSelect
          aria-label={said.unit}
          value={form.unit}
          onChange={({ currentTarget }) => onChange({ unit: currentTarget.value as Unit })}
          data={(Object.keys(UNITS) as Unit[]).map((unit) => ({ value: unit, label: said.units[unit] }))}
        />
      </Group>
      <TextInput
        {...whole}
        label={said.patience}
        description={said.patienceMeans}
        value={form.patience}
        error={wrongs.patience}
        onChange={({ currentTarget }) => onChange({ patience: currentTarget.value })}
      />
      <TextInput
        {...whole}
        required
        label={said.seed}
        description={said.seedMeans}
        value={form.seed}
        error={wrongs.seed}
        onChange={({ currentTarget }) => onChange({ seed: currentTarget.value })}
      />
    </SimpleGrid>
  );
}
