import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { Section } from "../../parts/Section";
import type { Task } from "../../parts/tasks";
import { words } from "../../words/words";
import { askAll, type Whose } from "./answers";
import { AnswersView } from "./AnswersView";
import type { Inputs, Values, Wrongs } from "./inputs";

interface AskingProps {
  task: Task;
  asks: Whose[];
  /** What the form holds now. */
  inputs: Inputs;
  onClear: () => void;
  /** The form's fields, with what is to be shown as wrong. */
  children: (wrongs: Wrongs) => ReactNode;
}

const FIRST_WRONG = "[aria-invalid=true], [data-error] input, input[data-error]";

/** A form about one patient, and what the models answer. What is typed stands in memory alone, and goes with this. */
export function Asking({ task, asks, inputs: { values, wrongs }, onClear, children }: AskingProps) {
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const said = words.patient;
  // gcTime: the question is not kept a moment longer than it is shown
  const ask = useMutation({ mutationFn: (inputs: Values) => askAll({ task: task.name, inputs }, asks), gcTime: 0 });
  const isOld = JSON.stringify(ask.variables) !== JSON.stringify(values);
  const count = Object.keys(wrongs).length;
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>(FIRST_WRONG)?.focus();
  }, [tries]);
  return (
    <>
      <Section title={said.inputs}>
        <form
          ref={form}
          noValidate
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            setTries(tries + 1);
            if (count === 0) ask.mutate(values);
          }}
        >
          <Stack gap="sm">
            {children(tries > 0 ? wrongs : {})}
            <Text size="sm">{said.kept}</Text>
            {tries > 0 && count > 0 ? <Alert color="red" role="alert" title={said.lookAgain(count)} /> : null}
            <Group>
              <Button type="submit" loading={ask.isPending}>
                {said.ask}
              </Button>
              <Button
                variant="default"
                onClick={() => {
                  onClear();
                  setTries(0);
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
        {ask.data ? <AnswersView task={task} answers={ask.data} isOld={isOld} /> : <Text size="sm">{said.notAsked}</Text>}
      </Section>
    </>
  );
}
