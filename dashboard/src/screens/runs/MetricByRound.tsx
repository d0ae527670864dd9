import { NativeSelect, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Figure } from "../../parts/Figure";
import { Section } from "../../parts/Section";
import { saidOf } from "../../parts/metrics";
import { words } from "../../words/words";
import { chosenOf, courseOf, metricsIn } from "./metrics";

interface MetricByRoundProps {
  history: Schemas["RoundSummary"][];
  records: Schemas["RoundRecord"][];
  /** The metric that was asked for. */
  metric: string | undefined;
  onChoose: (metric: string) => void;
}

/** How the rounds did: the mean and the worst, and each hospital. */
export function MetricByRound({ history, records, metric: asked, onChoose }: MetricByRoundProps) {
  const said = words.runs;
  const metrics = metricsIn(history, records);
  const metric = chosenOf(metrics, asked);
  return (
    <Section title={said.chart}>
      {metric === undefined ? (
        <Text size="sm">{said.noMetric}</Text>
      ) : (
        <Stack gap="sm">
          <Text size="sm">{said.chartAbout}</Text>
          <NativeSelect
            maw={280}
            label={said.metric}
            value={metric}
            onChange={({ currentTarget }) => onChoose(currentTarget.value)}
            data={metrics.map((name) => ({ value: name, label: saidOf(name) }))}
          />
          <Drawn metric={metric} history={history} records={records} />
        </Stack>
      )}
    </Section>
  );
}

function Drawn({ metric, history, records }: Pick<MetricByRoundProps, "history" | "records"> & { metric: string }) {
  const { rounds, series } = courseOf(metric, history, records);
  return (
    <>
      <Figure title={words.runs.metricTitle(saidOf(metric))} xLabel={words.runs.round} xs={rounds} series={series} />
      {records.length < rounds.length ? <Text size="sm">{words.runs.chartHospitals(records.length)}</Text> : null}
    </>
  );
}
