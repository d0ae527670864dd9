import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { askAll, type Whose } from "./answers";
import { AnswersView } from "./AnswersView";
import { inputsIn } from "./inputs";

type Task = Schemas["TaskDescription"];

interface OnePatientProps {
  task: Task;
  asks: Whose[];
}

/** Ask about one patient. What is typed stands in memory alone, and goes as soon as this is left. */
export function OnePatient({ task, asks }: OnePatientProps) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [isTried, setIsTried] = useState(false);
  const said = words.patient;
  const { values, wrongs } = inputsIn(typed, task.features);
  // gcTime: the question is not kept a moment longer than it is shown
  const ask = useMutation({ mutationFn: (inputs: Record<string, number>) => askAll({ task: task.name, inputs }, asks), gcTime: 0 });
  const isOld = JSON.stringify(ask.variables) !== JSON.stringify(values);
  return (
    <>
      <Section title={said.inputs}>
        <form
          noValidate
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            setIsTried(true);
            if (Object.keys(wrongs).length === 0) ask.mutate(values);
          }}
        >
          <Stack gap="sm">
            {task.features.map((feature) => (
              <TextInput
                key={feature.name}
                maw={420}
                required
                label={said.feature(feature.name, feature.unit)}
                description={said[feature.kind](feature.minimum, feature.maximum, feature.source)}
                inputMode={feature.kind === "count" ? "numeric" : "decimal"}
                autoComplete="off"
                value={typed[feature.name] ?? ""}
                error={isTried ? wrongs[feature.name] : undefined}
                onChange={({ currentTarget }) => setTyped({ ...typed, [feature.name]: currentTarget.value })}
              />
            ))}
            <Text size="sm">{said.kept}</Text>
            <Group>
              <Button type="submit" loading={ask.isPending}>
                {said.ask}
              </Button>
              <Button
                variant="default"
                onClick={() => {
                  setTyped({});
                  setIsTried(false);
                  ask.reset();
                }}
              >
                {said.clear}
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
      <Section title={said.answers}>
        {ask.data ? <AnswersView task={task.name} answers={ask.data} isOld={isOld} /> : <Text size="sm">{said.notAsked}</Text>}
      </Section>
    </>
  );
}
