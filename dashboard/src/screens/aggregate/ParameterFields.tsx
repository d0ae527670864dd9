import { Fieldset, SimpleGrid, TextInput } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";
import { boundText, faultIn, typedAtFirst } from "./request";

const { aggregate: said } = words;

interface ParameterFieldsProps {
  parameters: readonly Schemas["StrategyParameter"][];
  typed: Readonly<Record<string, string>>;
  onType: (name: string, text: string) => void;
}

/** A field for each number that a strategy takes, with what it may be. */
export function ParameterFields({ parameters, typed, onType }: ParameterFieldsProps) {
  return (
    <Fieldset legend={said.parameters}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        {parameters.map((parameter) => {
          const text = typed[parameter.name] ?? typedAtFirst(parameter);
          const bound = boundText(parameter);
          return (
            <TextInput
              key={parameter.name}
              label={parameter.name}
              description={parameter.default === null ? said.withBound(bound, said.byItself) : bound}
              inputMode="decimal"
              value={text}
              error={faultIn(parameter, text) ?? undefined}
              onChange={({ currentTarget }) => onType(parameter.name, currentTarget.value)}
            />
          );
        })}
      </SimpleGrid>
    </Fieldset>
  );
}
