import { Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import type { Schemas } from "../../api/client";
import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Empty } from "../../parts/States";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { AnswersTable } from "./AnswersTable";
import { roundsQuery, runQuery } from "./asked";
import { CurrentRound } from "./CurrentRound";
import { MetricByRound } from "./MetricByRound";
import { chosenOf, metricsIn } from "./metrics";
import { RunActs } from "./RunActs";
import { RunFacts } from "./RunFacts";
import { RunNow } from "./RunNow";
import { Timeline } from "./Timeline";

/** One run: what it waits for, its hospitals, its rounds. */
export function RunScreen() {
  const { run = "" } = useParams({ strict: false });
  if (!/^[1-9]\d{0,8}$/.test(run)) {
    return (
      <Page title={words.common.nav.runs}>
        <Empty action={<WayButton way={{ to: "/runs" }}>{words.runs.toRuns}</WayButton>}>{words.runs.noSuchRun}</Empty>
      </Page>
    );
  }
  return <OneRun key={run} run={Number(run)} />;
}

function OneRun({ run }: { run: number }) {
  const query = useQuery(runQuery(run));
  return (
    <Page title={words.runs.runNumber(run)} actions={query.data && <RunActs run={query.data} />}>
      <Asked query={query}>{(found) => <Shown run={found} />}</Asked>
    </Page>
  );
}

function Shown({ run }: { run: Schemas["Run"] }) {
  const may = useMay();
  const { envoy_name: own } = useSession();
  return (
    <>
      <RunNow run={run} own={own} />
      {run.current ? (
        <CurrentRound run={run} round={run.current} />
      ) : (
        <Text size="sm">{words.runs.noRound}</Text>
      )}
      <Section title={words.runs.answers}>
        <AnswersTable hospitals={run.hospitals} own={own} />
      </Section>
      {may("list_run_rounds") && run.current ? <Rounds run={run} /> : null}
      <RunFacts run={run} />
    </>
  );
}

function Rounds({ run }: { run: Schemas["Run"] }) {
  const [{ metric: asked, rounds }, filter] = useFilters();
  const { envoy_name } = useSession();
  const query = useInfiniteQuery(roundsQuery(run.id));
  return (
    <AskedPages query={query} empty={<Text size="sm">{words.runs.noRounds}</Text>}>
      {(records) => (
        <>
          <MetricByRound
            history={run.history}
            records={records}
            metric={asked}
            onChoose={(metric) => filter({ metric })}
          />
          <Timeline
            task={run.task}
            records={records}
            metric={chosenOf(metricsIn(run.history, records), asked)}
            isOwnAlone={envoy_name !== null}
            isAll={rounds === "all"}
            onAll={(isAll) => filter({ rounds: isAll ? "all" : undefined })}
          />
        </>
      )}
    </AskedPages>
  );
}
