import { Alert, Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, given, type Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { useAct } from "../../parts/act";
import { freshKey } from "../../parts/onceKey";
import type { Proposal } from "../../parts/proposal";
import { Proposed } from "../../parts/Proposed";
import { Section } from "../../parts/Section";
import { Failed } from "../../parts/States";
import { words } from "../../words/words";
import { Publishing } from "../models/Publishing";
import { ChoiceForm } from "./ChoiceForm";
import { isPreview } from "./known";
import { type Made, MadeView } from "./MadeView";
import { MakeVersion } from "./MakeVersion";
import { NothingNew, PreviewView } from "./PreviewView";
import { AT_FIRST, type Request, requestOf } from "./request";

const { aggregate: said } = words;

interface AggregatingProps {
  task: string;
  hospitals: readonly { name: string; version: number }[];
  strategies: readonly Schemas["StrategyDescription"][];
}

/** What was previewed: as it was asked for, so that the same is made, and once only. */
interface Previewed {
  model: Schemas["GlobalModel"];
  request: Request;
  key: string;
}

export function Aggregating({ task, hospitals, strategies }: AggregatingProps) {
  const may = useMay();
  const [choice, setChoice] = useState(AT_FIRST);
  const [isSure, setIsSure] = useState(false);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const request = requestOf(task, choice, strategies.find(({ name }) => name === choice.rule), true);
  const preview = useMutation({
    mutationFn: async (body: Request): Promise<Previewed> => ({
      model: await given(api.POST("/aggregations", { body })),
      request: body,
      key: freshKey(),
    }),
  });
  const make = useAct({
    act: async ({ request: body, key }: Previewed): Promise<Made> => {
      const answered = await api.POST("/aggregations", {
        params: { header: { "Idempotency-Key": key } },
        body: { ...body, dry_run: false },
      });
      return { model: await given(Promise.resolve(answered)), isNew: answered.response.status === 201 };
    },
    changes: ["models", "submissions", "hospitals", "overview", "tasks", "runs", "audit"],
    onDone: () => {
      setIsSure(false);
      preview.reset();
    },
  });
  const { data } = preview;
  const isStale = data !== undefined && JSON.stringify(data.request) !== JSON.stringify(request);
  const made = make.data;
  return (
    <Stack>
      <Section title={said.choose}>
        <ChoiceForm
          choice={choice}
          strategies={strategies}
          hospitals={hospitals}
          isBusy={preview.isPending}
          isAgain={data !== undefined}
          onChange={setChoice}
          onPreview={() => {
            make.reset();
            setProposal(null);
            preview.mutate(request);
          }}
        />
      </Section>
      {preview.error && <Failed error={preview.error} />}
      {proposal && <Proposed proposal={proposal} />}
      {made && (
        <MadeView
          made={made}
          publishing={
            made.model.waiting && made.model.version !== null && proposal === null && may("publish_global_model") ? (
              <Publishing
                task={task}
                version={made.model.version}
                isWaiting
                current={made.model.parent ?? null}
                onProposed={setProposal}
                onPublished={make.reset}
              />
            ) : null
          }
        />
      )}
      {data && !isPreview(data.model) && <NothingNew model={data.model} />}
      {data && isPreview(data.model) && (
        <>
          {isStale && (
            <Alert color="yellow" role="status">
              {said.stale}
            </Alert>
          )}
          <PreviewView preview={data.model} />
          <div>
            <Button disabled={isStale} onClick={() => setIsSure(true)}>
              {said.make}
            </Button>
          </div>
          {isSure && <MakeVersion isBusy={make.isPending} onMake={() => make.mutate(data)} onClose={() => setIsSure(false)} />}
        </>
      )}
    </Stack>
  );
}
