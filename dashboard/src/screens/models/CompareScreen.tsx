import { Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { DEFAULT_TASK } from "../../api/asked";
import { api, given } from "../../api/client";
import { everyItem } from "../../api/queries";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { ComparisonView } from "./ComparisonView";

const { models: said } = words;
const PAGE = 200;

/** Two versions beside each other; which ones stands in the URL. */
export function CompareScreen() {
  const [{ task, first, second }, change] = useFilters();
  const versions = useQuery({
    queryKey: ["models", "lineage-whole", task],
    queryFn: () => everyItem((cursor) => given(api.GET("/lineage", { params: { query: { task, cursor, limit: PAGE } } }))),
  });
  return (
    <Page title={said.compareTitle} actions={<WayButton way={{ to: "/models", search: { task } }}>{said.toModels}</WayButton>}>
      <Asked query={versions}>
        {(all) => {
          const options = all.map(({ version, aliases }) => ({
            value: String(version),
            label: aliases.length === 0 ? said.versionLink(version) : said.versionCalled(version, aliases.join(", ")),
          }));
          const known = (value: string | undefined) => options.some((option) => option.value === value);
          return (
            <>
              <Group align="flex-end">
                <TaskChoice shown={DEFAULT_TASK} clears={["first", "second"]} />
                <Select
                  searchable
                  label={said.first}
                  data={options}
                  value={first ?? null}
                  onChange={(value) => change({ first: value ?? undefined })}
                />
                <Select
                  searchable
                  label={said.second}
                  data={options}
                  value={second ?? null}
                  onChange={(value) => change({ second: value ?? undefined })}
                />
              </Group>
              {options.length < 2 ? (
                <Empty>{said.needsTwo}</Empty>
              ) : first !== undefined && second !== undefined && known(first) && known(second) && first !== second ? (
                <Compared task={task ?? DEFAULT_TASK} version={Number(first)} other={Number(second)} />
              ) : (
                <Text role="status">{said.choose}</Text>
              )}
            </>
          );
        }}
      </Asked>
    </Page>
  );
}

function Compared({ task, version, other }: { task: string; version: number; other: number }) {
  const query = useQuery({
    queryKey: ["models", "comparison", task, version, other],
    queryFn: () =>
      given(api.GET("/global_models/{version}/comparison/{other}", { params: { path: { version, other }, query: { task } } })),
  });
  return <Asked query={query}>{(comparison) => <ComparisonView comparison={comparison} />}</Asked>;
}
