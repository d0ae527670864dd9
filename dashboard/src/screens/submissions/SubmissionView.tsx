import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Checks } from "../../parts/Checks";
import { Section } from "../../parts/Section";
import { Verdict } from "../../parts/Verdict";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { Decided } from "./Decided";
import { FilesView } from "./FilesView";
import { MetadataView } from "./MetadataView";
import { MetricsView } from "./MetricsView";

const { submissions: said } = words;

interface SubmissionViewProps {
  submission: Schemas["Submission"];
  mayDecide: boolean;
  opensHospitals: boolean;
  /** Its training log; null where none came, or none may be read. */
  log: ReactNode;
}

export function SubmissionView({ submission, mayDecide, opensHospitals, log }: SubmissionViewProps) {
  const { envoy_name, verdict, decision, checks, files, metadata } = submission;
  const failed = checks.filter(({ passed }) => !passed);
  return (
    <>
      <Group>
        <Verdict verdict={verdict} />
        <Text size="sm">{failed.length === 0 ? said.allPassed : said.failed(failed.length)}</Text>
        {opensHospitals && (
          <Text size="sm">
            <WayTo way={{ to: "/hospitals/$envoy", params: { envoy: envoy_name } }}>
              {envoy_name}
            </WayTo>
          </Text>
        )}
      </Group>
      <Section title={said.decision}>
        <Decided verdict={verdict} decision={decision} mayDecide={mayDecide} mustDecide={said.mustDecide} />
      </Section>
      <Section title={said.checks}>
        {/* what did not pass is read first */}
        <Checks label={said.checksLabel} checks={[...failed, ...checks.filter(({ passed }) => passed)]} />
      </Section>
      <Section title={said.metrics}>
        <MetricsView metrics={metadata.metrics} />
      </Section>
      <Section title={said.log}>{log ?? <Text size="sm">{said.noLog}</Text>}</Section>
      <Section title={said.says}>
        <MetadataView submission={submission} />
      </Section>
      <Section title={said.files}>
        <FilesView files={files} />
      </Section>
    </>
  );
}
