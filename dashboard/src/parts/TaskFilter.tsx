import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { tasksQuery } from "../api/asked";
import { words } from "../words/words";

/** The task that the director takes where none is named. */
export const DEFAULT_TASK = "diagnosis_count";

interface TaskFilterProps {
  value: string | undefined;
  onChange: (task: string | undefined) => void;
  /** Whether "all tasks" is a choice. */
  takesAll?: boolean;
}

/** Choose a task. */
export function TaskFilter({ value, onChange, takesAll = false }: TaskFilterProps) {
  const { data = [] } = useQuery(tasksQuery);
  const names = data.map(({ name }) => name);
  const chosen = value ?? (takesAll ? "" : DEFAULT_TASK);
  const known = names.includes(chosen) || chosen === "" ? names : [...names, chosen];
  return (
    <Select
      label={words.common.task}
      allowDeselect={false}
      value={chosen}
      data={[...(takesAll ? [{ value: "", label: words.filters.allTasks }] : []), ...known]}
      onChange={(task) => onChange(task === null || task === "" ? undefined : task)}
    />
  );
}
