import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";

import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { words } from "../../words/words";
import { examplesOf } from "./names";

const texts = words.hospitals;

/** Say how many examples a hospital counts for at most. */
export function Expectation({ envoy, expected }: { envoy: string; expected: number | null }) {
  const [typed, setTyped] = useState(expected === null ? "" : String(expected));
  const wanted = examplesOf(typed);
  const { mutate, isPending } = useAct({
    act: (num_examples: number | null) =>
      given(api.PUT("/envoys/{envoy_name}/expectation", { params: { path: { envoy_name: envoy } }, body: { num_examples } })),
    changes: ["hospitals", "overview", "audit"],
    done: () => texts.expectSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== undefined) mutate(wanted);
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label={texts.expect}
          description={texts.expectHint}
          inputMode="numeric"
          value={typed}
          error={wanted === undefined ? texts.wholeNumber : undefined}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          maw={360}
        />
        <Button type="submit" variant="default" loading={isPending} disabled={wanted === undefined || wanted === expected}>
          {texts.save}
        </Button>
      </Group>
    </form>
  );
}
