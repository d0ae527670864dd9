import { Tabs } from "@mantine/core";

import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Page } from "../../parts/Page";
import { words } from "../../words/words";
import { ModelsPanel } from "./ModelsPanel";
import { StatisticsPanel } from "./StatisticsPanel";

const { submissions: said } = words;

/** All that hospitals sent, and what was said of it. */
export function SubmissionsScreen() {
  const may = useMay();
  const [filters, change] = useFilters();
  const kind = filters.kind === "statistics" && may("list_statistics") ? "statistics" : "models";
  return (
    <Page title={words.common.nav.submissions}>
      <Tabs
        value={kind}
        keepMounted={false}
        onChange={(chosen) => change({ kind: chosen === "statistics" ? chosen : undefined, report: undefined })}
      >
        <Tabs.List aria-label={said.kinds}>
          <Tabs.Tab value="models">{said.models}</Tabs.Tab>
          {may("list_statistics") && <Tabs.Tab value="statistics">{said.statistics}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="models" pt="md">
          <ModelsPanel />
        </Tabs.Panel>
        <Tabs.Panel value="statistics" pt="md">
          <StatisticsPanel />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
