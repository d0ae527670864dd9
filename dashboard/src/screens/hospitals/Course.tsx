import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Section } from "../../parts/Section";
import { TaskChoice } from "../../parts/TaskChoice";
import { words } from "../../words/words";
import { Curves } from "./Curves";
import { courseCurves } from "./metricCurves";
import { courseQuery } from "./queries";

const texts = words.hospitals;

/** A hospital's models beside what each began from, as it reported them. */
export function Course({ envoy }: { envoy: string }) {
  const [{ task }] = useFilters();
  const query = useQuery(courseQuery(envoy, task));
  return (
    <Section title={texts.course} actions={<TaskChoice shown={query.data?.task} />}>
      <Asked query={query}>
        {({ points }) => {
          const curves = courseCurves(points, { local: texts.local, global: texts.global });
          if (curves.length === 0) return <Text size="sm">{texts.noCourse}</Text>;
          return (
            <>
              <Text size="sm">{texts.courseNote}</Text>
              <Curves curves={curves} titleOf={texts.courseOf} xLabel={texts.itsVersion} />
            </>
          );
        }}
      </Asked>
    </Section>
  );
}
