import { Code, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { DataTable } from "../../parts/DataTable";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { differingFirst, written } from "./settings";

/** How the director is set, what differs from the default first. */
export function SettingsSection({ settings }: { settings: Schemas["Setting"][] }) {
  const { system: said } = words;
  const differing = settings.filter(({ is_default }) => !is_default).length;
  return (
    <Section title={said.settings}>
      <Text size="sm">{said.settingsAbout}</Text>
      <Text size="sm">{said.differing(differing, settings.length)}</Text>
      <DataTable
        caption={said.settings}
        rows={differingFirst(settings)}
        rowId={({ name }) => name}
        columns={[
          { id: "name", header: said.setting, accessorFn: ({ name }) => name, cell: ({ row }) => <Code>{row.original.name}</Code> },
          { id: "value", header: said.value, accessorFn: ({ value }) => written(value) },
          {
            id: "origin",
            header: said.origin,
            accessorFn: ({ is_default }) => (is_default ? said.isDefault : said.isSet),
            cell: ({ row, getValue }) => (row.original.is_default ? String(getValue()) : <b>{`● ${String(getValue())}`}</b>),
          },
        ]}
      />
    </Section>
  );
}
