import { useInfiniteQuery } from "@tanstack/react-query";

import { DEFAULT_TASK } from "../../api/asked";
import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { LineagePicture } from "./LineagePicture";
import { VersionsTable } from "./VersionsTable";

const { models: said } = words;

/** The global versions: where each came from, and which is the current one. */
export function ModelsScreen() {
  const may = useMay();
  const [{ task }] = useFilters();
  const query = useInfiniteQuery(
    pagesQuery(["models", "lineage", task], (cursor) => given(api.GET("/lineage", { params: { query: { task, cursor } } }))),
  );
  const mayAggregate = may("aggregate");
  const search = task === undefined ? {} : { task };
  return (
    <Page
      title={words.common.nav.models}
      actions={
        may("compare_global_models") ? (
          <WayButton way={{ to: "/models/compare", search }}>
            {said.compare}
          </WayButton>
        ) : undefined
      }
    >
      <TaskChoice shown={DEFAULT_TASK} />
      <AskedPages
        query={query}
        empty={
          <Empty
            action={
              mayAggregate ? (
                <WayButton way={{ to: "/aggregate", search }}>
                  {said.toAggregate}
                </WayButton>
              ) : undefined
            }
          >
            {mayAggregate ? said.noneYet : said.noneYetReader}
          </Empty>
        }
      >
        {(versions) => (
          <>
            <Section title={said.lineage}>
              <LineagePicture versions={versions} task={task} />
            </Section>
            <Section title={said.versions}>
              <VersionsTable versions={versions} task={task} opensRuns={may("get_run")} />
            </Section>
          </>
        )}
      </AskedPages>
    </Page>
  );
}
