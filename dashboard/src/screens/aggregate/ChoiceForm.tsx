import { Button, Checkbox, Group, MultiSelect, Radio, Select, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";
import { ParameterFields } from "./ParameterFields";
import { type Choice, isWhole } from "./request";

type Strategy = Schemas["StrategyDescription"];

const { aggregate: said } = words;

interface ChoiceFormProps {
  choice: Choice;
  strategies: readonly Strategy[];
  /** The hospitals that have a current model, and which version. */
  hospitals: readonly { name: string; version: number }[];
  isBusy: boolean;
  isAgain: boolean;
  onChange: (choice: Choice) => void;
  onPreview: () => void;
}

/** How the director is set to combine; where it says so. */
export function ownName(strategies: readonly Strategy[]): string | null {
  const own = strategies.find(({ is_default }) => is_default);
  return own?.default_name ?? null;
}

/** Choose whose models are combined, how, and behind which scaler. */
export function ChoiceForm({ choice, strategies, hospitals, isBusy, isAgain, onChange, onPreview }: ChoiceFormProps) {
  const change = (some: Partial<Choice>) => onChange({ ...choice, ...some });
  const strategy = strategies.find(({ name }) => name === choice.rule);
  const own = ownName(strategies);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole(choice, strategy)) onPreview();
      }}
    >
      <Stack gap="md">
        <Radio.Group
          label={said.who}
          description={said.hospitalsAbout}
          value={choice.hospitals === null ? "all" : "some"}
          onChange={(value) => change({ hospitals: value === "all" ? null : [] })}
        >
          <Group mt="xs">
            <Radio value="all" label={said.allHospitals} />
            <Radio value="some" label={said.some} />
          </Group>
        </Radio.Group>
        {choice.hospitals !== null && (
          <MultiSelect
            label={said.chosen}
            description={said.chosenHint}
            searchable
            data={hospitals.map(({ name, version }) => ({ value: name, label: said.withVersion(name, version) }))}
            value={choice.hospitals}
            onChange={(chosen) => change({ hospitals: chosen })}
            error={choice.hospitals.length === 0 ? said.chooseOne : undefined}
          />
        )}
        <Select
          label={said.strategy}
          allowDeselect={false}
          value={choice.rule}
          data={[{ value: "", label: own === null ? said.own : said.ownNamed(own) }, ...strategies.map(({ name }) => name)]}
          onChange={(rule) => change({ rule: rule ?? "", parameters: {}, clips: false })}
        />
        <Text size="sm">{strategy?.summary ?? said.ownAbout}</Text>
        {strategy?.can_clip === true && (
          <Checkbox label={said.clip} checked={choice.clips} onChange={({ currentTarget }) => change({ clips: currentTarget.checked })} />
        )}
        {strategy && strategy.parameters.length > 0 && (
          <ParameterFields
            parameters={strategy.parameters}
            typed={choice.parameters}
            onType={(name, text) => change({ parameters: { ...choice.parameters, [name]: text } })}
          />
        )}
        <Select
          label={said.scaler}
          description={choice.scaler === "merged" ? undefined : said.scalerWarning}
          allowDeselect={false}
          searchable
          value={choice.scaler}
          data={[{ value: "merged", label: said.merged }, ...hospitals.map(({ name }) => ({ value: name, label: said.scalerOf(name) }))]}
          onChange={(scaler) => change({ scaler: scaler ?? "merged" })}
        />
        <Group>
          <Button type="submit" loading={isBusy} disabled={!isWhole(choice, strategy)}>
            {isAgain ? said.previewAgain : said.preview}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
