import { Button, NativeSelect, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { tasksQuery } from "../../api/asked";
import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { words } from "../../words/words";
import { runsQuery } from "./asked";
import { Quiet } from "./Quiet";
import { RunsTable } from "./RunsTable";

/** The runs there are, and whether the director may be stopped. */
export function RunsScreen() {
  const may = useMay();
  const { envoy_name } = useSession();
  const [{ task }, filter] = useFilters();
  const runs = useInfiniteQuery(runsQuery(task));
  const open = may("open_run");
  return (
    <Page title={words.common.nav.runs} actions={open && <OpenButton>{words.runs.open}</OpenButton>}>
      <Text>{words.runs.about}</Text>
      <TaskFilter task={task} onChoose={(chosen) => filter({ task: chosen })} />
      <AskedPages
        query={runs}
        empty={
          <Empty action={open && <OpenButton>{words.runs.openFirst}</OpenButton>}>
            {open ? words.runs.none : words.runs.noneForReader}
          </Empty>
        }
      >
        {(items) => <RunsTable runs={items} own={envoy_name} />}
      </AskedPages>
      {may("get_quiescence") && <Quiet />}
    </Page>
  );
}

function OpenButton({ children }: { children: string }) {
  return (
    <Button component={Link} to="/runs/open">
      {children}
    </Button>
  );
}

/** Shown where there is something to choose. */
function TaskFilter({ task, onChoose }: { task: string | undefined; onChoose: (task: string | undefined) => void }) {
  const { data: tasks = [] } = useQuery(tasksQuery);
  if (tasks.length < 2 && task === undefined) return null;
  return (
    <NativeSelect
      maw={320}
      label={words.common.task}
      value={task ?? ""}
      onChange={({ currentTarget }) => onChoose(currentTarget.value === "" ? undefined : currentTarget.value)}
      data={[{ value: "", label: words.runs.allTasks }, ...tasks.map(({ name, title }) => ({ value: name, label: title }))]}
    />
  );
}
