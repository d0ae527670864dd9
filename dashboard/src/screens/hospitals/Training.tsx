import { NativeSelect, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { AskedPages } from "../../parts/AskedPages";
import { Section } from "../../parts/Section";
import { absolutely } from "../../parts/moments";
import { words } from "../../words/words";
import { Curves } from "./Curves";
import { curvesOf } from "./metricCurves";
import { logQuery, submissionsQuery } from "./queries";

const texts = words.hospitals;

function Log({ submission }: { submission: string }) {
  const query = useQuery(logQuery(submission));
  return (
    <Asked query={query}>
      {({ lines }) => {
        const curves = curvesOf(lines, { training: texts.onTraining, heldOut: texts.onHeldOut });
        return curves.length === 0 ? <Text size="sm">{texts.noLog}</Text> : <Curves curves={curves} titleOf={texts.curve} xLabel={texts.epoch} />;
      }}
    </Asked>
  );
}

function labelOf({ version, task, created_at }: Schemas["Submission"]): string {
  const when = absolutely(created_at);
  return version === null ? texts.refusedLine(task, when) : texts.versionLine(String(version), task, when);
}

/** The training curves of one of a hospital's uploads; which one is the filter `log`. */
export function Training({ envoy }: { envoy: string }) {
  const [{ log }, setFilters] = useFilters();
  const query = useInfiniteQuery(submissionsQuery(envoy));
  return (
    <Section title={texts.training}>
      <AskedPages query={query} empty={<Text size="sm">{texts.noTraining}</Text>}>
        {(submissions) => {
          const logged = submissions.filter(({ files }) => "log" in files);
          const chosen = logged.find(({ id }) => id === log) ?? logged[0];
          if (chosen === undefined) return <Text size="sm">{texts.noTraining}</Text>;
          return (
            <>
              <NativeSelect
                label={texts.trainingOf}
                maw={420}
                value={chosen.id}
                onChange={({ currentTarget }) => setFilters({ log: currentTarget.value })}
                data={logged.map((each) => ({ value: each.id, label: labelOf(each) }))}
              />
              <Log submission={chosen.id} />
              <Text size="xs">{texts.heldOutNote}</Text>
            </>
          );
        }}
      </AskedPages>
    </Section>
  );
}
