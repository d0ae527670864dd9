import { Group, Stack } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { words } from "../../words/words";
import { ReportSection } from "./ReportSection";
import { reportKey, StatisticsTable } from "./StatisticsTable";

const { submissions: said } = words;

/** Hospitals' reports of statistics; the one that the URL names stands above the list. */
export function StatisticsPanel() {
  const [{ task, report }, change] = useFilters();
  const query = useInfiniteQuery(
    pagesQuery(["statistics", "list", task], (cursor) =>
      given(api.GET("/statistics", { params: { query: { task, cursor } } })),
    ),
  );
  return (
    <Stack>
      <Group>
        <TaskChoice takesAll clears={["report"]} />
      </Group>
      <AskedPages
        query={query}
        empty={<Empty>{task === undefined ? said.noStatisticsYet : words.common.nobodyFound}</Empty>}
      >
        {(items) => {
          const shown = items.find((item) => reportKey(item) === report);
          return (
            <>
              {shown && <ReportSection report={shown} onClose={() => change({ report: undefined })} />}
              <StatisticsTable reports={items} onLook={(item) => change({ report: reportKey(item) })} />
            </>
          );
        }}
      </AskedPages>
    </Stack>
  );
}
