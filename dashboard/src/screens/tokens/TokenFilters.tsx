import { Button, Group, NativeSelect } from "@mantine/core";

import type { Filters } from "../../app/router";
import { words } from "../../words/words";
import { type Role, ROLES } from "./tokens";

interface TokenFiltersProps {
  role: Role | undefined;
  hospital: string | undefined;
  hospitals: readonly string[];
  onChange: (change: Filters) => void;
}

export function TokenFilters({ role, hospital, hospitals, onChange }: TokenFiltersProps) {
  const { tokens: said } = words;
  // a shared link may name a hospital before the list is there
  const names = hospital === undefined || hospitals.includes(hospital) ? hospitals : [hospital, ...hospitals];
  return (
    <Group component="search" aria-label={said.filters} align="flex-end" gap="sm">
      <NativeSelect
        label={said.role}
        value={role ?? ""}
        onChange={({ currentTarget }) => onChange({ role: currentTarget.value || undefined })}
        data={[{ value: "", label: said.anyRole }, ...ROLES.map((each) => ({ value: each, label: said.roles[each] }))]}
      />
      <NativeSelect
        label={said.hospital}
        value={hospital ?? ""}
        onChange={({ currentTarget }) => onChange({ hospital: currentTarget.value || undefined })}
        data={[{ value: "", label: said.anyHospital }, ...names.map((name) => ({ value: name, label: name }))]}
      />
      {(role !== undefined || hospital !== undefined) && (
        <Button variant="default" onClick={() => onChange({ role: undefined, hospital: undefined })}>
          {said.clear}
        </Button>
      )}
    </Group>
  );
}
