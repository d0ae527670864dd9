import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { Sentence } from "../../parts/Sentence";
import { wayToHospital, WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { examplesOf, wrongWithName } from "./names";

const texts = words.hospitals;

export interface NamedHospital {
  envoy_name: string;
  expected_examples: number | null;
}

interface NameFormProps {
  /** The names that there are, compared without regard to case. */
  taken: readonly string[];
  isBusy: boolean;
  onName: (hospital: NamedHospital) => void;
}

/** Name a hospital; the rule of names is checked as it is typed. */
export function NameForm({ taken, isBusy, onName }: NameFormProps) {
  const [name, setName] = useState("");
  const [typed, setTyped] = useState("");
  const wrong = name === "" ? null : wrongWithName(name);
  const double = taken.find((each) => each.toLowerCase() === name.toLowerCase());
  const expected = examplesOf(typed);
  const isFine = name !== "" && wrong === null && double === undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isFine && expected !== undefined) onName({ envoy_name: name, expected_examples: expected });
      }}
    >
      <Stack gap="sm" maw={460}>
        <TextInput
          label={texts.addName}
          description={texts.nameRule}
          required
          value={name}
          error={wrong ?? undefined}
          autoComplete="off"
          spellCheck={false}
          onChange={({ currentTarget }) => setName(currentTarget.value.trim())}
        />
        <Text size="sm" role="status">
          {isFine ? `✓ ${texts.nameFine}` : null}
          {double === undefined ? null : (
            <Sentence text={texts.taken} parts={{ way: <WayTo way={wayToHospital(double)}>{double}</WayTo> }} />
          )}
        </Text>
        <TextInput
          label={texts.addExpected}
          description={texts.expectHint}
          inputMode="numeric"
          value={typed}
          error={expected === undefined ? texts.wholeNumber : undefined}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={isBusy} disabled={!isFine || expected === undefined}>
            {texts.addButton}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
