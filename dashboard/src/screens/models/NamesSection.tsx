import { Badge, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { faultIn, follows } from "./alias";

const { models: said } = words;
const CHANGES = ["models", "overview", "audit"] as const;
const LONGEST_NOTE = 500;

interface NamesSectionProps {
  task: string;
  version: number;
  aliases: readonly string[];
  note: string;
  mayName: boolean;
  mayNote: boolean;
}

/** What a version is called besides its number, and what the admin noted about it. */
export function NamesSection({ task, version, aliases, note, mayName, mayNote }: NamesSectionProps) {
  const clear = useAct({
    act: (alias: string) =>
      given(api.DELETE("/global_models/{version}/aliases/{alias}", { params: { path: { version, alias }, query: { task } } })),
    changes: CHANGES,
  });
  return (
    <Section title={said.aliases}>
      <Stack gap="sm">
        {aliases.length === 0 && <Text size="sm">{said.noAliases}</Text>}
        <Group gap="xs">
          {aliases.map((alias) => (
            <Group key={alias} gap={2} wrap="nowrap">
              <Badge variant="default" tt="none">
                {alias}
              </Badge>
              {mayName && !follows(alias) && (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={clear.isPending}
                  aria-label={said.clearAlias(alias)}
                  title={said.clearAlias(alias)}
                  onClick={() => clear.mutate(alias)}
                >
                  ✕
                </Button>
              )}
            </Group>
          ))}
        </Group>
        {mayName && <AliasForm task={task} version={version} />}
        {mayNote ? <NoteForm task={task} version={version} note={note} /> : null}
      </Stack>
    </Section>
  );
}

function AliasForm({ task, version }: { task: string; version: number }) {
  const [alias, setAlias] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const fault = faultIn(alias);
  const act = useAct({
    act: (name: string) =>
      given(api.PUT("/global_models/{version}/aliases/{alias}", { params: { path: { version, alias: name }, query: { task } } })),
    changes: CHANGES,
    done: () => said.aliasSet(alias, version),
    onDone: () => setAlias(""),
  });
  const told = { wrong: said.aliasWrong, reserved: said.aliasReserved };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setIsAsked(fault !== null);
        if (fault === null) act.mutate(alias);
      }}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{said.aliasesAbout}</Text>
        <TextInput
          label={said.alias}
          description={said.aliasHint}
          value={alias}
          autoComplete="off"
          spellCheck={false}
          maxLength={63}
          error={isAsked && fault !== null ? told[fault] : undefined}
          onChange={({ currentTarget }) => {
            setAlias(currentTarget.value);
            setIsAsked(false);
          }}
        />
        <Button type="submit" variant="default" loading={act.isPending}>
          {said.setAlias}
        </Button>
      </Stack>
    </form>
  );
}

function NoteForm({ task, version, note }: { task: string; version: number; note: string }) {
  const [written, setWritten] = useState(note);
  const act = useAct({
    act: (text: string) =>
      given(api.PUT("/global_models/{version}/note", { params: { path: { version }, query: { task } }, body: { note: text } })),
    changes: CHANGES,
    done: () => said.noteSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate(written.trim());
      }}
    >
      <Stack gap="xs" align="flex-start">
        <Textarea
          w="100%"
          label={said.note}
          description={said.noteHint}
          maxLength={LONGEST_NOTE}
          autosize
          value={written}
          onChange={({ currentTarget }) => setWritten(currentTarget.value.replaceAll(/[\r\n]+/g, " "))}
        />
        <Button type="submit" variant="default" loading={act.isPending}>
          {said.saveNote}
        </Button>
      </Stack>
    </form>
  );
}
