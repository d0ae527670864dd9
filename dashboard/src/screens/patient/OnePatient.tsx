import { SimpleGrid } from "@mantine/core";
import { useState } from "react";

import { isOfRecords, type Task } from "../../parts/tasks";
import type { Whose } from "./answers";
import { Asking } from "./Asking";
import { FeatureField } from "./FeatureField";
import { inputsIn, type Typed, UNTYPED } from "./inputs";
import { OneRecord } from "./OneRecord";

interface OnePatientProps {
  task: Task;
  asks: Whose[];
}

/** Ask about one patient: by the task's features, or by the record from which they are made. */
export function OnePatient(props: OnePatientProps) {
  return isOfRecords(props.task) ? <OneRecord {...props} /> : <OneOfFeatures {...props} />;
}

function OneOfFeatures({ task, asks }: OnePatientProps) {
  const [typed, setTyped] = useState<ReadonlyMap<string, Typed>>(new Map());
  const { features } = task;
  return (
    <Asking task={task} asks={asks} inputs={inputsIn(typed, features)} onClear={() => setTyped(new Map())}>
      {(wrongs) => (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: features.length > 2 ? 3 : 2 }} verticalSpacing="md">
          {features.map((feature) => (
            <FeatureField
              key={feature.name}
              feature={feature}
              typed={typed.get(feature.name) ?? UNTYPED}
              wrong={wrongs[feature.name]}
              onType={(now) => setTyped(new Map(typed).set(feature.name, now))}
            />
          ))}
        </SimpleGrid>
      )}
    </Asking>
  );
}
