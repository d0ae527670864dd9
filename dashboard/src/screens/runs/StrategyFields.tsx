import { Checkbox, Fieldset, NativeSelect, SimpleGrid, Stack, TextInput } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";
import { boundsOf, type RunForm, type Wrongs } from "./runForm";

export interface FieldsProps {
  form: RunForm;
  wrongs: Wrongs;
  onChange: (change: Partial<RunForm>) => void;
}

interface StrategyFieldsProps extends FieldsProps {
  strategies: Schemas["StrategyDescription"][];
}

/** How a round's updates are combined, and the numbers that this takes. */
export function StrategyFields({ form, wrongs, strategies, onChange }: StrategyFieldsProps) {
  const said = words.runs.form;
  const chosen = strategies.find(({ name }) => name === form.strategy);
  const own = strategies.find(({ is_default }) => is_default);
  return (
    <Stack gap="sm">
      <NativeSelect
        label={said.strategy}
        description={chosen?.summary ?? said.ownStrategyMeans}
        value={form.strategy}
        onChange={({ currentTarget }) => onChange({ strategy: currentTarget.value, parameters: {} })}
        data={[
          { value: "", label: said.ownStrategy(own?.default_name ?? own?.name ?? null) },
          ...strategies.map(({ name }) => ({ value: name, label: name })),
        ]}
      />
      {chosen?.can_clip ? (
        <Checkbox
          label={said.clip}
          description={said.clipMeans}
          checked={form.clips}
          onChange={({ currentTarget }) => onChange({ clips: currentTarget.checked })}
        />
      ) : null}
      {chosen && chosen.parameters.length > 0 ? (
        <Fieldset legend={said.parameters(chosen.name)}>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {chosen.parameters.map((parameter) => (
              <TextInput
                key={parameter.name}
                label={parameter.name}
                description={said.parameterMeans(boundsOf(parameter), parameter.default)}
                inputMode="decimal"
                autoComplete="off"
                value={form.parameters[parameter.name] ?? ""}
                error={wrongs[`parameter:${parameter.name}`]}
                onChange={({ currentTarget }) =>
                  onChange({ parameters: { ...form.parameters, [parameter.name]: currentTarget.value } })
                }
              />
            ))}
          </SimpleGrid>
        </Fieldset>
      ) : null}
    </Stack>
  );
}
