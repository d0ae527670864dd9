import { Button, Group } from "@mantine/core";

import type { Filters } from "../../app/router";
import { written } from "../../parts/moments";
import { words } from "../../words/words";
import { type AuditFilters, NAMES } from "./filters";

interface FiltersInForceProps {
  filters: AuditFilters;
  onChange: (change: Filters) => void;
}

/** The filters that hold, each to be taken away, and all at once. */
export function FiltersInForce({ filters, onChange }: FiltersInForceProps) {
  const { audit: said } = words;
  const held = NAMES.filter((name) => filters[name] !== undefined);
  if (held.length === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label={said.inForce}>
      {held.map((name) => {
        const value = filters[name] ?? "";
        return (
          <Button
            key={name}
            size="compact-sm"
            variant="default"
            rightSection={<span aria-hidden>✕</span>}
            aria-label={said.clearOne(said.filterIs(said[name], value))}
            onClick={() => onChange({ [name]: undefined })}
          >
            {said.filterIs(said[name], name === "since" ? written(value) : value)}
          </Button>
        );
      })}
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => onChange(Object.fromEntries(NAMES.map((name) => [name, undefined])))}
      >
        {said.clear}
      </Button>
    </Group>
  );
}
