import { Button, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useRef, useState } from "react";

import type { Task } from "../../parts/tasks";
import { words } from "../../words/words";
import type { Whose } from "./answers";
import { Asking } from "./Asking";
import { FeatureField } from "./FeatureField";
import { UNTYPED } from "./inputs";
import { askedAbout, EMPTY_RECORD, emptyStay, recordIn, topFeatures, typeFeature, type TypedStay } from "./record";
import { StayFields } from "./StayFields";

const said = words.patient.record;

/** Ask about one patient's record: who it is, and each admission with its diagnoses. */
export function OneRecord({ task, asks }: { task: Task; asks: Whose[] }) {
  const [typed, setTyped] = useState(EMPTY_RECORD);
  const [added, setAdded] = useState(0);
  const adds = useRef<HTMLButtonElement>(null);
  const { top, stays } = typed;
  const asked = askedAbout(stays);
  const setStays = (now: readonly TypedStay[]) => setTyped({ ...typed, stays: now });
  return (
    <Asking task={task} asks={asks} inputs={recordIn(typed, task)} onClear={() => setTyped(EMPTY_RECORD)}>
      {(wrongs) => (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {topFeatures(task).map((feature) => (
              <FeatureField
                key={feature.source}
                feature={feature}
                typed={top.get(feature.source) ?? UNTYPED}
                wrong={wrongs[feature.source]}
                onType={(now) => setTyped({ ...typed, top: new Map(top).set(feature.source, now) })}
              />
            ))}
          </SimpleGrid>
          <Stack gap="sm">
            <Title order={3} size="h5">
              {said.stays}
            </Title>
            <Text size="sm">{said.about}</Text>
            {stays.map((stay, at) => (
              <StayFields
                key={stay.key}
                stay={stay}
                legend={at === asked ? said.asked(at + 1) : said.stay(at + 1)}
                type={typeFeature(task)}
                isNew={stay.key === added}
                wrongs={wrongs}
                onType={(now) => setStays(stays.map((each) => (each.key === now.key ? now : each)))}
                remove={
                  stays.length === 1
                    ? null
                    : {
                        label: said.remove(at + 1),
                        act: () => {
                          setStays(stays.filter(({ key }) => key !== stay.key));
                          adds.current?.focus(); // what had it is gone
                        },
                      }
                }
              />
            ))}
            <div>
              <Button
                ref={adds}
                variant="default"
                onClick={() => {
                  const key = Math.max(...stays.map((stay) => stay.key)) + 1;
                  setStays([...stays, emptyStay(key)]);
                  setAdded(key);
                }}
              >
                {said.add}
              </Button>
            </div>
          </Stack>
        </>
      )}
    </Asking>
  );
}
