import { useQuery } from "@tanstack/react-query";

import { overviewQuery } from "../../api/overview";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { TaskChoice } from "../../parts/TaskChoice";
import { words } from "../../words/words";
import { OverviewView } from "./OverviewView";

/** The federation in one look. */
export function OverviewScreen() {
  const [{ task, state = "" }, setFilters] = useFilters();
  const may = useMay();
  const query = useQuery(overviewQuery(task));
  return (
    <Page title={words.common.nav.overview} actions={<TaskChoice shown={query.data?.task} />}>
      <Asked query={query}>
        {(overview) => (
          <OverviewView
            overview={overview}
            asOf={query.dataUpdatedAt}
            may={may}
            state={state}
            onState={(chosen) => setFilters({ state: chosen })}
          />
        )}
      </Asked>
    </Page>
  );
}
