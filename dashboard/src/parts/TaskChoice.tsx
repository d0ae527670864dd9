import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { tasksQuery } from "../api/asked";
import { useMay } from "../api/session";
import { useFilters } from "../app/filters";
import type { Filters } from "../app/router";
import { words } from "../words/words";

interface TaskChoiceProps {
  /** Which is shown where none is chosen; where it isn't known, the director's first. */
  shown?: string | undefined;
  /** Whether "all tasks" is a choice, and what holds where none is chosen. */
  takesAll?: boolean;
  /** Filters that name something of the task that was chosen before: they go with it. */
  clears?: readonly string[];
}

/** Choose the task by the filter `task`; not there where there is but one. */
export function TaskChoice({ shown, takesAll = false, clears = [] }: TaskChoiceProps) {
  const may = useMay();
  const [{ task }, setFilters] = useFilters();
  const { data: tasks = [] } = useQuery({ ...tasksQuery, enabled: may("list_tasks") });
  const choices = tasks.map(({ name, title }) => ({ value: name, label: title }));
  const isKnown = task === undefined || tasks.some(({ name }) => name === task);
  if (choices.length < 2 && isKnown) return null;
  const gone: Filters = Object.fromEntries(clears.map((name) => [name, undefined]));
  return (
    <NativeSelect
      label={words.common.task}
      maw={420}
      value={task ?? (takesAll ? "" : (shown ?? choices[0]?.value))}
      onChange={({ currentTarget: { value } }) => setFilters({ ...gone, task: value === "" ? undefined : value })}
      data={[
        ...(takesAll ? [{ value: "", label: words.filters.allTasks }] : []),
        ...choices,
        // of a link from elsewhere: shown as it is, so that another can be chosen
        ...(isKnown ? [] : [{ value: task, label: task }]),
      ]}
    />
  );
}
