import { Text } from "@mantine/core";

import { ProblemError } from "../../api/problems";
import { useMay } from "../../api/session";
import { ToHospital } from "../../parts/links";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import type { Whose } from "./answers";

const MISSING = "no_model_yet";

/** Where a model that is not there yet would come from. */
export function MissingModel({ error, task, whose }: { error: Error; task: string; whose: Whose }) {
  if (!(error instanceof ProblemError) || error.code !== MISSING) return null;
  return (
    <Text size="sm">
      {whose === null ? <ToGlobal task={task} /> : <ToHospital envoy={whose}>{words.patient.missing.toHospital(whose)}</ToHospital>}
    </Text>
  );
}

function ToGlobal({ task }: { task: string }) {
  const may = useMay();
  const said = words.patient.missing;
  return may("aggregate") ? (
    <WayTo way={{ to: "/aggregate", search: { task } }}>{said.toAggregate}</WayTo>
  ) : (
    <WayTo way={{ to: "/models", search: { task } }}>{said.toModels}</WayTo>
  );
}
