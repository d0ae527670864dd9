import { SimpleGrid, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Figure } from "../../parts/Figure";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { courseOf, isRanked } from "./versionCurves";

const texts = words.overview;

type VersionsProps = Pick<Schemas["Overview"], "task" | "current" | "versions"> & { mayAggregate: boolean };

function Current({ task, current }: { task: string; current: Schemas["VersionSummary"] }) {
  const { version, created_at, strategy, hospitals, num_examples } = current;
  const way = { to: "/models/$version", params: { version: String(version) }, search: { task } };
  return (
    <Text size="sm">
      <Sentence
        text={texts.currentLine(strategy, hospitals.length, num_examples)}
        parts={{ version: <WayTo way={way}>{texts.current(version, task)}</WayTo>, when: <When at={created_at} /> }}
      />
    </Text>
  );
}

function HowToFirst() {
  return (
    <Text size="sm">
      <Sentence
        text={texts.noCurrentHow}
        parts={{
          way: <WayTo way={{ to: "/runs/open" }}>{texts.openRun}</WayTo>,
          other: <WayTo way={{ to: "/aggregate" }}>{texts.aggregate}</WayTo>,
        }}
      />
    </Text>
  );
}

/** The global model: the current version, and how good the versions were. */
export function Versions({ task, current, versions, mayAggregate }: VersionsProps) {
  const xs = versions.map(({ version }) => version);
  const figures = [
    isRanked(versions)
      ? { title: texts.aurocOver, series: courseOf(versions, "auroc") }
      : { title: texts.accuracyOver, series: courseOf(versions, "accuracy") },
    { title: texts.lossOver, series: courseOf(versions, "loss") },
  ].filter(({ series }) => series.length > 0);
  const newest = versions.at(-1);
  const noCurrent = newest?.stale ? texts.onlyStale(newest.version, task) : texts.noCurrent;
  return (
    <Section title={texts.global}>
      {current ? <Current task={task} current={current} /> : <Text size="sm">{noCurrent}</Text>}
      {!current && mayAggregate ? <HowToFirst /> : null}
      {figures.length > 0 && (
        <SimpleGrid cols={{ base: 1, lg: figures.length }}>
          {figures.map((figure) => (
            <Figure key={figure.title} {...figure} xLabel={texts.globalVersion} xs={xs} isSmall />
          ))}
        </SimpleGrid>
      )}
    </Section>
  );
}
