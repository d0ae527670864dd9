import { Alert, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { FactsOfModel } from "../models/FactsOfModel";
import { LeftOut, Notes } from "../models/ModelView";
import { StandingTable } from "../models/StandingTable";
import { ChecksOfMoving } from "./ChecksOfMoving";
import { knownOf } from "./known";
import { PreviewFigures } from "./PreviewFigures";
import { PreviewTable } from "./PreviewTable";
import { Unknown } from "./Unknown";

const { aggregate: said, models } = words;
const opensAll = () => true; // only an admin aggregates

/** What would come of an aggregate, before anything is made. */
export function PreviewView({ preview }: { preview: Schemas["GlobalModel"] }) {
  const { inputs, standing, quarantined, notes } = preview;
  const known = knownOf(preview);
  return (
    <>
      <Section title={said.previewTitle}>
        <Text role="status">{said.summary(inputs.length, standing.length, quarantined.length)}</Text>
        <FactsOfModel model={preview} />
      </Section>
      <Unknown known={known} />
      {notes.length > 0 && <Notes notes={notes} />}
      <Section title={said.tableTitle}>
        <PreviewTable inputs={inputs} />
      </Section>
      <Section title={said.figures}>
        <PreviewFigures inputs={inputs} quarantined={quarantined} known={known} />
      </Section>
      <Section title={said.wouldQuarantine}>
        {quarantined.length === 0 && <Text size="sm">{said.nobodyQuarantined}</Text>}
        <Stack>
          {quarantined.map((input) => (
            <LeftOut key={input.submission_id} input={input} opensSubmission={opensAll} />
          ))}
        </Stack>
      </Section>
      <Section title={models.standing}>
        <StandingTable standing={standing} opensSubmission={opensAll} />
      </Section>
      <Section title={said.checksOf}>
        <ChecksOfMoving inputs={inputs} />
      </Section>
    </>
  );
}

/** The answer where no hospital sent anything new: the version that there is, and why each stands still. */
export function NothingNew({ model }: { model: Schemas["GlobalModel"] }) {
  return (
    <Alert color="blue" role="status" title={said.nothingNew}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{said.nothingNewAbout}</Text>
        <Stack component="ul" gap={4} my={0}>
          {model.notes.map((note, at) => (
            <Text key={at} component="li" size="sm">
              {note}
            </Text>
          ))}
        </Stack>
        {model.version !== null && (
          <WayButton way={{ to: "/models/$version", params: { version: String(model.version) }, search: { task: model.task } }} size="xs">
            {said.toCurrent}
          </WayButton>
        )}
      </Stack>
    </Alert>
  );
}
