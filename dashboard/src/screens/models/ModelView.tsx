import { Alert, Anchor, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Checks } from "../../parts/Checks";
import { CopyBlock } from "../../parts/CopyBlock";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { AnswersTable } from "./AnswersTable";
import { FactsOfModel } from "./FactsOfModel";
import { InputsTable } from "./InputsTable";
import { MetricsTable } from "./MetricsTable";
import { pythonFor } from "./python";
import { StandingTable } from "./StandingTable";

type Model = Schemas["GlobalModel"];

const { models: said } = words;

interface ModelViewProps {
  model: Model;
  task: Schemas["TaskDescription"] | undefined;
  /** Whether a hospital's submission can be looked at. */
  opensSubmission: (hospital: string) => boolean;
  mayPublish: boolean;
  mayDownload: boolean;
  /** Whether what compares hospitals, and what was left out, is there to be seen. */
  seesAll: boolean;
  names: ReactNode;
}

function stateText({ published, stale, waiting }: Model, mayPublish: boolean): string {
  if (published) return said.isCurrent;
  if (stale) return said.isStale;
  if (!waiting) return said.isEarlier;
  return mayPublish ? said.isWaiting : said.isWaitingReader;
}

export function ModelView({ model, task, opensSubmission, mayPublish, mayDownload, seesAll, names }: ModelViewProps) {
  const { inputs, standing, quarantined, metrics, answers, notes, notice } = model;
  return (
    <>
      <Alert color={model.waiting || model.stale ? "yellow" : "blue"} role="note">
        {stateText(model, mayPublish)}
      </Alert>
      <Section title={said.what}>
        <FactsOfModel model={model} />
        <Text size="sm">{notice}</Text>
      </Section>
      {notes.length > 0 && <Notes notes={notes} />}
      <Section title={said.inputs}>
        {inputs.length === 0 ? (
          <Text size="sm">{said.noInputs}</Text>
        ) : (
          <InputsTable inputs={inputs} opensSubmission={opensSubmission} isCompared={seesAll} />
        )}
      </Section>
      <Section title={said.standing}>
        <StandingTable standing={standing} opensSubmission={opensSubmission} />
      </Section>
      {seesAll && (
        <Section title={said.quarantined}>
          {quarantined.length === 0 ? <Text size="sm">{said.noQuarantined}</Text> : null}
          {quarantined.map((input) => (
            <LeftOut key={input.submission_id} input={input} opensSubmission={opensSubmission} />
          ))}
        </Section>
      )}
      <Section title={said.metrics}>
        <MetricsTable metrics={metrics} />
      </Section>
      <Section title={said.answers}>
        <AnswersTable answers={answers} />
      </Section>
      {names}
      {mayDownload && (
        <Section title={said.files}>
          <Downloads model={model} />
          {task && (
            <Stack gap="xs">
              <Text size="sm">{said.pythonAbout}</Text>
              <CopyBlock label={said.python} text={pythonFor(task)} />
            </Stack>
          )}
        </Section>
      )}
    </>
  );
}

/** The director's own sentences about a version. */
export function Notes({ notes }: { notes: readonly string[] }) {
  return (
    <Section title={said.notes}>
      <Stack component="ul" gap={4} my={0}>
        {notes.map((note, at) => (
          <Text key={at} component="li" size="sm">
            {note}
          </Text>
        ))}
      </Stack>
    </Section>
  );
}

/** One that was left out, and the checks that said so. */
export function LeftOut({ input, opensSubmission }: { input: Schemas["ModelInput"]; opensSubmission: ModelViewProps["opensSubmission"] }) {
  return (
    <Stack gap="xs">
      <InputsTable inputs={[input]} opensSubmission={opensSubmission} isCompared caption={input.envoy_name} />
      <Checks label={words.submissions.checksLabel} checks={input.checks} />
    </Stack>
  );
}

function Downloads({ model: { version, task } }: { model: Model }) {
  if (version === null) return null;
  const at = (file: string) => `/global_models/${version}/${file}?task=${encodeURIComponent(task)}`;
  return (
    <>
      <Group>
        <Anchor href={at("model.pt")} download="model.pt" underline="always">
          {said.downloadModel}
        </Anchor>
        <Anchor href={at("scaler.pkl")} download="scaler.pkl" underline="always">
          {said.downloadScaler}
        </Anchor>
      </Group>
      <Text size="sm">{said.filesAbout}</Text>
    </>
  );
}
