import { NativeSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { hospitalsQuery } from "../../api/asked";
import type { Schemas } from "../../api/client";
import { useMay, useSession } from "../../api/session";
import { Asked } from "../../parts/Asked";
import { words } from "../../words/words";
import type { Whose } from "./answers";

interface HospitalChoiceProps {
  task: string;
  hospital: Whose;
  onChoose: (hospital: Whose) => void;
}

/** Which hospital's model is asked, where there is a choice. */
export function HospitalChoice(props: HospitalChoiceProps) {
  const may = useMay();
  const { envoy_name } = useSession();
  if (envoy_name !== null) return <Text size="sm">{words.patient.ownHospital(envoy_name)}</Text>;
  return may("list_envoys") ? <Choice {...props} /> : null;
}

function Choice({ task, hospital, onChoose }: HospitalChoiceProps) {
  const query = useQuery(hospitalsQuery);
  return (
    <Asked query={query}>
      {(hospitals) => (
        <NativeSelect
          maw={420}
          label={words.patient.hospital}
          description={words.patient.hospitalMeans}
          value={hospital ?? ""}
          onChange={({ currentTarget }) => onChoose(currentTarget.value === "" ? null : currentTarget.value)}
          data={[
            { value: "", label: words.patient.noHospital },
            ...hospitals.map((each) => ({ value: each.envoy_name, label: labelOf(each, task) })),
          ]}
        />
      )}
    </Asked>
  );
}

/** Name a hospital, and say where it has no model to ask. */
export function labelOf({ envoy_name, current }: Schemas["EnvoyDescription"], task: string): string {
  return current.some((each) => each.task === task) ? envoy_name : words.patient.noModelYet(envoy_name);
}
