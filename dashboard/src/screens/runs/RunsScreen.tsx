import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { runsQuery } from "./asked";
import { Quiet } from "./Quiet";
import { RunsTable } from "./RunsTable";

/** The runs there are, and whether the director may be stopped. */
export function RunsScreen() {
  const may = useMay();
  const { envoy_name } = useSession();
  const [{ task }] = useFilters();
  const runs = useInfiniteQuery(runsQuery(task));
  const open = may("open_run");
  return (
    <Page title={words.common.nav.runs} actions={open && <WayButton variant="filled" way={{ to: "/runs/open" }}>{words.runs.open}</WayButton>}>
      <Text>{words.runs.about}</Text>
      <TaskChoice takesAll />
      <AskedPages
        query={runs}
        empty={
          <Empty action={open && <WayButton variant="filled" way={{ to: "/runs/open" }}>{words.runs.openFirst}</WayButton>}>
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
