import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { hospitalsQuery, strategiesQuery, tasksQuery } from "../../api/asked";
import { api, given, type Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { useAct } from "../../parts/act";
import { Asked } from "../../parts/Asked";
import { ToRun } from "../../parts/links";
import { useOnceKey } from "../../parts/onceKey";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { newestRunQuery, quiescenceQuery } from "./asked";
import { OpenRunForm } from "./OpenRunForm";
import { hasEnded } from "./waits";

/** Open a run. */
export function OpenRunScreen() {
  const tasks = useQuery(tasksQuery);
  return (
    <Page title={words.runs.open}>
      <Text>{words.runs.about}</Text>
      <Asked query={tasks}>{(items) => <OfTasks tasks={items} />}</Asked>
    </Page>
  );
}

function OfTasks({ tasks }: { tasks: Schemas["TaskDescription"][] }) {
  const [{ task: asked }, filter] = useFilters();
  const navigate = useNavigate();
  const key = useOnceKey();
  const strategies = useQuery(strategiesQuery);
  const hospitals = useQuery(hospitalsQuery);
  const open = useAct({
    act: (body: Schemas["RunRequest"]) =>
      given(api.POST("/runs", { body, params: { header: { "Idempotency-Key": key.of(body) } } })),
    changes: ["runs", "overview"],
    done: ({ id }) => words.runs.form.openedRun(id),
    onDone: ({ id }) => {
      key.forget();
      void navigate({ to: "/runs/$run", params: { run: String(id) } });
    },
  });
  const task = (tasks.find(({ name }) => name === asked) ?? tasks[0])?.name ?? "";
  return (
    <Asked query={hospitals}>
      {(all) => {
        const enabled = all.filter(({ state }) => state !== "disabled" && state !== "withdrawn").map(({ envoy_name }) => envoy_name);
        if (enabled.length === 0) {
          return <Empty action={<WayTo way={{ to: "/hospitals/add" }}>{words.runs.addHospital}</WayTo>}>{words.runs.noHospitals}</Empty>;
        }
        return (
          <Stack>
            <InTheWay task={task} />
            <Asked query={strategies}>
              {(found) => (
                <OpenRunForm
                  tasks={tasks}
                  strategies={found}
                  hospitals={enabled}
                  task={task}
                  onTask={(chosen) => filter({ task: chosen })}
                  isBusy={open.isPending}
                  onOpen={(request) => open.mutate(request)}
                />
              )}
            </Asked>
          </Stack>
        );
      }}
    </Asked>
  );
}

/** Why the director would refuse to open anything now, where it would. */
function InTheWay({ task }: { task: string }) {
  const may = useMay();
  const { data: newest } = useQuery(newestRunQuery(task));
  const { data: quiescence } = useQuery({ ...quiescenceQuery, enabled: may("get_quiescence") });
  return (
    <>
      {quiescence?.is_quiet ? (
        <Alert variant="default" icon="!" role="note" title={words.runs.quietNow}>
          <WayTo way={{ to: "/runs" }}>{words.runs.toQuiet}</WayTo>
        </Alert>
      ) : null}
      {newest && !hasEnded(newest) ? (
        <Alert variant="default" icon="!" role="note" title={words.runs.alreadyOpen(newest.id)}>
          <ToRun run={newest.id}>{words.runs.toRun(newest.id)}</ToRun>
        </Alert>
      ) : null}
    </>
  );
}
