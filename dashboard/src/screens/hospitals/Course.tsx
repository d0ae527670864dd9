import { useQuery } from "@tanstack/react-query";

import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Section } from "../../parts/Section";
import { TaskChoice } from "../../parts/TaskChoice";
import { words } from "../../words/words";
import { CourseView } from "./CourseView";
import { courseQuery } from "./queries";

const texts = words.hospitals;

/** A hospital's models beside what each began from, as it reported them. */
export function Course({ envoy }: { envoy: string }) {
  const [{ task }] = useFilters();
  const query = useQuery(courseQuery(envoy, task));
  return (
    <Section title={texts.course} actions={<TaskChoice shown={query.data?.task} />}>
      <Asked query={query}>{(course) => <CourseView course={course} />}</Asked>
    </Section>
  );
}
