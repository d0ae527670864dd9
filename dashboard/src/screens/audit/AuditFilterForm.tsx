import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";

import type { Filters } from "../../app/router";
import { words } from "../../words/words";
import { asLocal, asMoment, type AuditFilters } from "./filters";

interface AuditFilterFormProps {
  filters: AuditFilters;
  onApply: (filters: Filters) => void;
}

/** What the records are chosen by; a kind of act takes effect at once, the others when they are whole. */
export function AuditFilterForm({ filters, onApply }: AuditFilterFormProps) {
  const { audit: said, acts } = words;
  const [actor, setActor] = useState(filters.actor ?? "");
  const [subject, setSubject] = useState(filters.subject ?? "");
  const [since, setSince] = useState(asLocal(filters.since));
  const known = Object.keys(acts);
  const act = filters.act;
  const listed = act === undefined || known.includes(act) ? known : [act, ...known];
  return (
    <form
      role="search"
      aria-label={said.filters}
      onSubmit={(event) => {
        event.preventDefault();
        // seconds that the field does not show stay as they are where nobody touched it
        const from = since === asLocal(filters.since) ? filters.since : asMoment(since);
        onApply({ actor: actor.trim(), subject: subject.trim(), since: from });
      }}
    >
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label={said.act}
          maw={320}
          value={act ?? ""}
          onChange={({ currentTarget }) => onApply({ act: currentTarget.value })}
          data={[{ value: "", label: said.anyAct }, ...listed.map((each) => ({ value: each, label: acts[each] === undefined ? each : said.actChoice(each, acts[each]) }))]}
        />
        <TextInput
          label={said.actor}
          description={said.actorHint}
          value={actor}
          maxLength={200}
          onChange={({ currentTarget }) => setActor(currentTarget.value)}
        />
        <TextInput
          label={said.subject}
          description={said.subjectHint}
          value={subject}
          maxLength={200}
          onChange={({ currentTarget }) => setSubject(currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={said.since}
          value={since}
          onChange={({ currentTarget }) => setSince(currentTarget.value)}
        />
        <Button type="submit">{said.apply}</Button>
      </Group>
    </form>
  );
}
