import { Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { GoButton } from "../../parts/Go";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Empty } from "../../parts/States";
import { TaskFilter } from "../../parts/TaskFilter";
import { words } from "../../words/words";
import { LineagePicture } from "./LineagePicture";
import { VersionsTable } from "./VersionsTable";

const { models: said } = words;

/** The global versions: where each came from, and which is the current one. */
export function ModelsScreen() {
  const may = useMay();
  const [{ task }, change] = useFilters();
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
          <GoButton to="/models/compare" search={search}>
            {said.compare}
          </GoButton>
        ) : undefined
      }
    >
      <Group>
        <TaskFilter value={task} onChange={(chosen) => change({ task: chosen })} />
      </Group>
      <AskedPages
        query={query}
        empty={
          <Empty
            action={
              mayAggregate ? (
                <GoButton to="/aggregate" search={search}>
                  {said.toAggregate}
                </GoButton>
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
