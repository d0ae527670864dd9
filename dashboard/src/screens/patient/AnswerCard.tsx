import { Card, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Digest } from "../../parts/Digest";
import { ToHospital, ToVersion } from "../../parts/links";
import { Failed } from "../../parts/States";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { type Asked, isOfBinary, type Whose } from "./answers";
import classes from "./AnswerCard.module.css";
import { BinaryOutcome } from "./BinaryOutcome";
import { MissingModel } from "./MissingModel";
import { Probabilities } from "./Probabilities";
import { RiskLevel } from "./RiskLevel";

type Model = Schemas["Prediction"]["model"];
/** What is said of a task beside its answers. */
export type AnsweredTask = Pick<Schemas["TaskDescription"], "name" | "label">;

function titleOf(whose: Whose): string {
  return whose === null ? words.patient.globalModel : words.patient.hospitalModel(whose);
}

/** What one model answers, and which model it was; or why there is no answer. */
export function AnswerCard({ task, asked: { whose, outcome } }: { task: AnsweredTask; asked: Asked }) {
  const title = titleOf(whose);
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={3} size="h5">
          {title}
        </Title>
        {outcome instanceof Error ? (
          <>
            <Failed error={outcome} />
            <MissingModel error={outcome} task={task.name} whose={whose} />
          </>
        ) : isOfBinary(outcome) ? (
          <>
            <BinaryOutcome answer={outcome} label={task.label} which={title} />
            <WhichModel task={task.name} model={outcome.model} requestId={outcome.request_id} />
          </>
        ) : (
          <>
            <div>
              <RiskLevel level={outcome.risk_level} />
            </div>
            {outcome.probabilities ? <Probabilities probabilities={outcome.probabilities} which={title} /> : null}
            <WhichModel task={task.name} model={outcome.model} requestId={outcome.request_id} />
          </>
        )}
      </Stack>
    </Card>
  );
}

function WhichModel({ task, model, requestId }: { task: string; model: Model; requestId: string }) {
  const said = words.patient;
  const version = said.version(model.version);
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        {said.whichModel}
      </Title>
      <dl className={classes.facts}>
        <Fact name={said.modelOf}>
          {model.scope === "global" ? <ToVersion task={task} version={model.version}>{version}</ToVersion> : version}
        </Fact>
        {typeof model.envoy_name === "string" ? (
          <Fact name={said.hospital}>
            <ToHospital envoy={model.envoy_name} />
          </Fact>
        ) : null}
        {typeof model.envoys === "number" ? <Fact name={said.behind}>{model.envoys}</Fact> : null}
        <Fact name={said.trained}>
          <When at={model.trained_at} />
        </Fact>
        <Fact name={said.digest}>
          <Digest sha256={model.sha256} />
        </Fact>
        <Fact name={said.scaler}>
          <Digest sha256={model.scaler_sha256} />
        </Fact>
        <Fact name={said.request}>
          <Text component="span" size="sm" className={classes.long}>
            {requestId}
          </Text>
        </Fact>
      </dl>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
