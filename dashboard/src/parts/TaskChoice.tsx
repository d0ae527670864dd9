import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { tasksQuery } from "../api/asked";
import { useMay } from "../api/session";
import { useFilters } from "../app/filters";
import { words } from "../words/words";

/** Choose the task by the filter `task`; not there where there is but one. `shown`: which is shown where none is chosen. */
export function TaskChoice({ shown }: { shown?: string | undefined }) {
  const may = useMay();
  const [{ task }, setFilters] = useFilters();
  const { data: tasks = [] } = useQuery({ ...tasksQuery, enabled: may("list_tasks") });
  if (tasks.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      label={words.common.task}
      value={task ?? shown ?? tasks[0]?.name}
      onChange={({ currentTarget }) => setFilters({ task: currentTarget.value })}
      data={tasks.map(({ name, title }) => ({ value: name, label: title }))}
    />
  );
}
