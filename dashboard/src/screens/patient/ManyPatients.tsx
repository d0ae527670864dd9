import { Button, FileInput, Group, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { Section } from "../../parts/Section";
import { isOfRecords } from "../../parts/tasks";
import { words } from "../../words/words";
import type { Whose } from "./answers";
import { MOST_ROWS } from "./batch";
import { BatchProgress } from "./BatchProgress";
import { FileColumns } from "./FileColumns";
import { useBatch } from "./useBatch";

interface ManyPatientsProps {
  task: Schemas["TaskDescription"];
  asks: Whose[];
}

const GLOBAL = "";

/** Ask about each patient of a file, where a line of one can hold what is asked. */
export function ManyPatients(props: ManyPatientsProps) {
  const said = words.patient;
  return isOfRecords(props.task) ? (
    <Section title={said.many}>
      <Text size="sm">{said.record.noCsv}</Text>
      <Text size="sm">{said.record.noCsvNext}</Text>
    </Section>
  ) : (
    <AskedFile {...props} />
  );
}

function AskedFile({ task, asks }: ManyPatientsProps) {
  const [file, setFile] = useState<File | null>(null);
  const [asked, setAsked] = useState(GLOBAL);
  const { state, start, cancel, clear } = useBatch();
  const said = words.patient.batch;
  const whose = asks.includes(asked) ? asked : null;
  const isRunning = state.is === "sending" || state.is === "answering";
  return (
    <>
      <FileColumns task={task} />
      <Section title={words.patient.many}>
        <Text size="sm">{said.about(MOST_ROWS)}</Text>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (file) start({ task: task.name, whose, file });
          }}
        >
          <Stack gap="sm">
            <FileInput
              maw={420}
              label={said.file}
              description={said.fileMeans}
              placeholder={said.choose}
              accept=".csv,text/csv"
              clearable
              clearButtonProps={{ "aria-label": said.removeFile }}
              value={file}
              onChange={(chosen) => {
                setFile(chosen);
                clear();
              }}
            />
            <Radio.Group
              label={said.model}
              value={whose ?? GLOBAL}
              onChange={(value) => {
                setAsked(value);
                clear();
              }}
            >
              <Group mt="xs">
                {asks.map((each) => (
                  <Radio
                    key={each ?? GLOBAL}
                    value={each ?? GLOBAL}
                    label={each === null ? words.patient.globalModel : words.patient.hospitalModel(each)}
                  />
                ))}
              </Group>
            </Radio.Group>
            <Text size="sm">{words.patient.fileKept}</Text>
            <Group>
              <Button type="submit" disabled={file === null || isRunning}>
                {said.start}
              </Button>
              {isRunning ? (
                <Button variant="default" onClick={cancel}>
                  {said.cancel}
                </Button>
              ) : null}
            </Group>
          </Stack>
        </form>
        <BatchProgress state={state} task={task.name} whose={whose} />
      </Section>
    </>
  );
}
