import { Button, Checkbox, Group, NativeSelect, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { HospitalFields } from "./HospitalFields";
import { RoundFields } from "./RoundFields";
import { EMPTY_FORM, readForm, type RunForm } from "./runForm";
import { StrategyFields } from "./StrategyFields";

interface OpenRunFormProps {
  tasks: Schemas["TaskDescription"][];
  strategies: Schemas["StrategyDescription"][];
  /** The hospitals that are not disabled. */
  hospitals: string[];
  task: string;
  onTask: (task: string) => void;
  isBusy: boolean;
  onOpen: (request: Schemas["RunRequest"]) => void;
}

/** All that can be said of a run before it is opened. */
export function OpenRunForm({ tasks, strategies, hospitals, task, onTask, isBusy, onOpen }: OpenRunFormProps) {
  const [form, setForm] = useState<RunForm>(EMPTY_FORM);
  const [isTried, setIsTried] = useState(false);
  const said = words.runs.form;
  const { request, wrongs } = readForm({ ...form, task }, strategies, hospitals.length);
  const isWrong = Object.keys(wrongs).length > 0;
  const fields = {
    form,
    wrongs: isTried ? wrongs : {},
    onChange: (change: Partial<RunForm>) => setForm((before) => ({ ...before, ...change })),
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setIsTried(true);
        if (!isWrong) onOpen(request);
      }}
    >
      <Stack>
        <Section title={words.runs.rounds}>
          <NativeSelect
            label={said.task}
            description={said.taskMeans}
            value={task}
            onChange={({ currentTarget }) => onTask(currentTarget.value)}
            data={tasks.map(({ name, title }) => ({ value: name, label: title }))}
          />
          <RoundFields {...fields} />
        </Section>
        <Section title={said.hospitals}>
          <HospitalFields {...fields} names={hospitals} />
          <Radio.Group
            label={said.late}
            description={said.lateMeans}
            value={form.late}
            onChange={(value) => fields.onChange({ late: value })}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="refuse" label={said.refuse} />
              <Radio value="carry" label={said.carry} />
            </Stack>
          </Radio.Group>
        </Section>
        <Section title={said.strategy}>
          <Text size="sm">{said.strategyMeans}</Text>
          <StrategyFields {...fields} strategies={strategies} />
        </Section>
        <Checkbox
          label={said.paused}
          description={said.pausedMeans}
          checked={form.paused}
          onChange={({ currentTarget }) => fields.onChange({ paused: currentTarget.checked })}
        />
        <Group>
          <Button type="submit" loading={isBusy}>
            {said.button}
          </Button>
          <Text role="alert" size="sm">
            {isTried && isWrong ? words.runs.wrong.form : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
