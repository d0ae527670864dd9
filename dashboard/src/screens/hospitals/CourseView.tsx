import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";
import { Curves } from "./Curves";
import { courseCurves } from "./metricCurves";

const texts = words.hospitals;

/** A hospital's models beside what each began from; or why there is nothing to draw. */
export function CourseView({ course: { points, task } }: { course: Schemas["HospitalCourse"] }) {
  const curves = courseCurves(points, { local: texts.local, global: texts.global });
  if (points.length === 0) return <Text size="sm">{texts.noCourse(task)}</Text>;
  if (curves.length === 0) return <Text size="sm">{texts.noFigures(points.length, task)}</Text>;
  return (
    <>
      <Text size="sm">{texts.courseNote}</Text>
      <Curves curves={curves} titleOf={texts.courseOf} xLabel={texts.itsVersion} />
    </>
  );
}
