import { Button, Text } from "@mantine/core";
import { useState } from "react";

import { api, given, type Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { useAct } from "../../parts/act";
import { ReasonForm } from "../../parts/ReasonForm";
import { words } from "../../words/words";
import { hasEnded } from "./waits";

type Run = Schemas["Run"];

const CHANGES = ["runs", "overview"] as const;

/** Pause, resume, close: what may be done to a run as it is now. */
export function RunActs({ run }: { run: Run }) {
  const may = useMay();
  const [asked, setAsked] = useState<"pause" | "close" | null>(null);
  const said = words.runs;
  const path = { run: run.id };
  const onDone = () => setAsked(null);
  const pause = useAct({
    act: (reason: string) => given(api.POST("/runs/{run}/pause", { params: { path }, body: { reason: reason || null } })),
    changes: CHANGES,
    done: ({ id }) => said.paused(id),
    onDone,
  });
  const close = useAct({
    act: (reason: string) => given(api.POST("/runs/{run}/close", { params: { path }, body: { reason: reason || null } })),
    changes: CHANGES,
    done: ({ id }) => said.closed(id),
    onDone,
  });
  const resume = useAct({
    act: () => given(api.POST("/runs/{run}/resume", { params: { path } })),
    changes: CHANGES,
    done: ({ id }) => said.resumed(id),
  });
  if (hasEnded(run)) return null;
  return (
    <>
      {run.state === "paused" && may("resume_run") ? (
        <Button loading={resume.isPending} onClick={() => resume.mutate(undefined)}>
          {said.resume}
        </Button>
      ) : null}
      {run.state !== "paused" && may("pause_run") ? (
        <Button variant="default" onClick={() => setAsked("pause")}>
          {said.pause}
        </Button>
      ) : null}
      {may("close_run") ? (
        <Button variant="default" onClick={() => setAsked("close")}>
          {said.close}
        </Button>
      ) : null}
      {asked === "pause" ? (
        <ReasonForm
          title={said.pauseTitle(run.id)}
          button={said.pause}
          isNeeded={false}
          isBusy={pause.isPending}
          onGive={(reason) => pause.mutate(reason)}
          onClose={onDone}
        >
          <Text size="sm">{said.pauseMeans}</Text>
        </ReasonForm>
      ) : null}
      {asked === "close" ? (
        <ReasonForm
          title={said.closeTitle(run.id)}
          button={said.close}
          color="red"
          isBusy={close.isPending}
          onGive={(reason) => close.mutate(reason)}
          onClose={onDone}
        >
          <Text size="sm">{said.closeMeans}</Text>
        </ReasonForm>
      ) : null}
    </>
  );
}
