import { Group, Select, Stack } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { hospitalNamesQuery } from "../../api/asked";
import { api, given, type Schemas } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Empty } from "../../parts/States";
import { TaskChoice } from "../../parts/TaskChoice";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { SubmissionsTable } from "./SubmissionsTable";

type Verdict = Schemas["Submission"]["verdict"];

const VERDICTS: readonly Verdict[] = ["quarantined", "admitted", "rejected"];
const { submissions: said, filters: asked } = words;

function verdictOf(text: string | undefined): Verdict | undefined {
  return VERDICTS.find((verdict) => verdict === text);
}

/** Models that hospitals uploaded, by hospital, task and verdict. */
export function ModelsPanel() {
  const may = useMay();
  const [{ hospital, task, verdict: written }, change] = useFilters();
  const verdict = verdictOf(written);
  const names = useQuery({ ...hospitalNamesQuery, enabled: may("list_envoys") });
  const query = useInfiniteQuery(
    pagesQuery(["submissions", "list", hospital, task, verdict], (cursor) =>
      given(api.GET("/submissions", { params: { query: { envoy_name: hospital, task, verdict, cursor } } })),
    ),
  );
  const isFiltered = Boolean(hospital ?? task ?? verdict);
  const hospitals = names.data ?? [];
  const known = hospital === undefined || hospitals.includes(hospital) ? hospitals : [...hospitals, hospital];
  return (
    <Stack>
      <Group align="flex-end">
        <Select
          label={asked.hospital}
          allowDeselect={false}
          searchable
          value={hospital ?? ""}
          data={[{ value: "", label: asked.allHospitals }, ...known]}
          onChange={(chosen) => change({ hospital: chosen ?? undefined })}
        />
        <TaskChoice takesAll />
        <Select
          label={asked.verdict}
          allowDeselect={false}
          value={verdict ?? ""}
          data={[{ value: "", label: asked.allVerdicts }, ...VERDICTS.map((value) => ({ value, label: words.common[value] }))]}
          onChange={(chosen) => change({ verdict: chosen ?? undefined })}
        />
      </Group>
      <AskedPages
        query={query}
        empty={
          isFiltered ? (
            <Empty>{words.common.nobodyFound}</Empty>
          ) : (
            <Empty action={may("list_envoys") ? <WayButton way={{ to: "/hospitals" }}>{said.toHospitals}</WayButton> : undefined}>{said.noneYet}</Empty>
          )
        }
      >
        {(items) => <SubmissionsTable submissions={items} opensHospitals={may("get_envoy")} />}
      </AskedPages>
    </Stack>
  );
}
