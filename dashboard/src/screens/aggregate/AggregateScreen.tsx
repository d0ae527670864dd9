import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { DEFAULT_TASK, hospitalsQuery, strategiesQuery } from "../../api/asked";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { Aggregating } from "./Aggregating";

const { aggregate: said } = words;

/** Combine what hospitals sent: choose, look at what would come of it, make it. */
export function AggregateScreen() {
  const [{ task = DEFAULT_TASK }] = useFilters();
  const hospitals = useQuery(hospitalsQuery);
  const strategies = useQuery(strategiesQuery);
  return (
    <Page title={words.common.nav.aggregate}>
      <Text>{said.about}</Text>
      <TaskChoice shown={DEFAULT_TASK} />
      <Asked query={hospitals}>
        {(all) => {
          const withModel = all.flatMap(({ envoy_name, state, current }) => {
            const found = state === "disabled" ? undefined : current.find((each) => each.task === task);
            return found ? [{ name: envoy_name, version: found.version }] : [];
          });
          if (withModel.length === 0) {
            return <Empty action={<WayButton way={{ to: "/hospitals" }}>{said.toHospitals}</WayButton>}>{said.noHospitals}</Empty>;
          }
          return (
            <Asked query={strategies}>
              {(items) => <Aggregating key={task} task={task} hospitals={withModel} strategies={items} />}
            </Asked>
          );
        }}
      </Asked>
    </Page>
  );
}
