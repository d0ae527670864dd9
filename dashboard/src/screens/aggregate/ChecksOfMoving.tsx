import { Accordion } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Checks } from "../../parts/Checks";
import { words } from "../../words/words";

const { aggregate: said } = words;

/** The checks of each hospital that moves, opened when asked for. */
export function ChecksOfMoving({ inputs }: { inputs: readonly Schemas["ModelInput"][] }) {
  return (
    <Accordion multiple order={3} variant="separated" keepMounted={false}>
      {inputs.map(({ envoy_name, submission_id, checks }) => (
        <Accordion.Item key={submission_id} value={submission_id}>
          <Accordion.Control>
            {said.checksCount(envoy_name, checks.filter(({ passed }) => !passed).length, checks.length)}
          </Accordion.Control>
          <Accordion.Panel>
            <Checks label={said.checksLabel(envoy_name)} checks={checks} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
