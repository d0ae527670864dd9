import { NativeSelect, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { hospitalsQuery, tasksQuery } from "../../api/asked";
import type { Schemas } from "../../api/client";
import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { words } from "../../words/words";
import type { Whose } from "./answers";
import { HospitalChoice } from "./HospitalChoice";
import { ManyPatients } from "./ManyPatients";
import { OnePatient } from "./OnePatient";
import { CutPoints, TaskNotice } from "./TaskNotice";

type Task = Schemas["TaskDescription"];

const MANY = "file";

/** Ask a hospital's model and the global one about a patient, or about a file of them. */
export function PatientScreen() {
  const tasks = useQuery(tasksQuery);
  return (
    <Page title={words.common.nav.patient}>
      <Asked query={tasks}>{(found) => <OfTasks tasks={found} />}</Asked>
    </Page>
  );
}

function OfTasks({ tasks }: { tasks: Task[] }) {
  const [filters, filter] = useFilters();
  const task = tasks.find(({ name }) => name === filters.task) ?? tasks[0];
  const hospital = useHospital(filters.hospital);
  if (task === undefined) return null;
  const asks: Whose[] = hospital === null ? [null] : [hospital, null];
  return (
    <>
      <TaskNotice task={task} />
      {tasks.length > 1 ? (
        <NativeSelect
          maw={420}
          label={words.patient.task}
          value={task.name}
          onChange={({ currentTarget }) => filter({ task: currentTarget.value })}
          data={tasks.map(({ name, title }) => ({ value: name, label: title }))}
        />
      ) : (
        <Text>{task.title}</Text>
      )}
      <HospitalChoice task={task.name} hospital={hospital} onChoose={(chosen) => filter({ hospital: chosen ?? undefined })} />
      {/* what was typed about one patient goes when the other form is chosen */}
      <Tabs
        keepMounted={false}
        value={filters.form === MANY ? MANY : "one"}
        onChange={(form) => filter({ form: form === MANY ? MANY : undefined })}
      >
        <Tabs.List aria-label={words.patient.forms} mb="md">
          <Tabs.Tab value="one">{words.patient.one}</Tabs.Tab>
          <Tabs.Tab value={MANY}>{words.patient.many}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="one">
          <Stack>
            <OnePatient key={task.digest} task={task} asks={asks} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value={MANY}>
          <Stack>
            <ManyPatients key={task.digest} task={task} asks={asks} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
      <CutPoints task={task} />
    </>
  );
}

/** Whose model is asked beside the global one: a hospital's staff asks its own. */
function useHospital(asked: string | undefined): Whose {
  const may = useMay();
  const { envoy_name } = useSession();
  const { data: hospitals = [] } = useQuery({ ...hospitalsQuery, enabled: envoy_name === null && may("list_envoys") });
  if (envoy_name !== null) return envoy_name;
  return hospitals.find(({ envoy_name: name }) => name === asked)?.envoy_name ?? null;
}
