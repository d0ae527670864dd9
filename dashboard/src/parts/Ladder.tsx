import { Badge, Group, Stack, Text } from "@mantine/core";

import type { Schemas } from "../api/client";
import { words } from "../words/words";
import { Climb } from "./Climb";
import { type ColumnDef, DataTable } from "./DataTable";
import { holdUps, isTaking, type Rung } from "./climbing";
import { listed } from "./listed";
import { Sentence } from "./Sentence";
import { wayToHospital, WayTo } from "./Way";
import { When } from "./When";

const texts = words.ladder;

const columns: ColumnDef<Rung>[] = [
  {
    header: texts.hospital,
    accessorKey: "envoy_name",
    cell: ({ row: { original: rung } }) => <WayTo way={wayToHospital(rung.envoy_name)}>{rung.envoy_name}</WayTo>,
  },
  {
    header: Object.values(texts.ways).join(" → "),
    id: "step",
    accessorFn: ({ step }) => texts.steps[step],
    cell: ({ row: { original: rung } }) => <Step rung={rung} />,
  },
  {
    header: texts.lastSeen,
    accessorFn: ({ last_seen_at }) => last_seen_at ?? "",
    cell: ({ row: { original: rung } }) => (
      <Group gap="xs">
        <When at={rung.last_seen_at} />
        {rung.is_silent ? (
          <Badge variant="outline" color="red" size="sm">
            {texts.silent}
          </Badge>
        ) : null}
      </Group>
    ),
  },
  { header: texts.why, id: "why", enableSorting: false, cell: ({ row: { original: rung } }) => <Why rung={rung} /> },
];

function Step({ rung }: { rung: Rung }) {
  const step = texts.steps[rung.step];
  return (
    <Stack gap={4}>
      <Climb step={rung.step} />
      <span>{rung.since ? <Sentence text={texts.since} parts={{ step, when: <When at={rung.since} /> }} /> : step}</span>
    </Stack>
  );
}

function Why({ rung: { submission_id: id, verdict, reason } }: { rung: Rung }) {
  const why = reason ?? (verdict ? words.common[verdict] : null);
  if (!id) return why;
  const submission = <WayTo way={{ to: "/submissions/$id", params: { id } }}>{texts.submission}</WayTo>;
  if (why === null) return submission;
  return (
    <span>
      <Sentence text={texts.receipt} parts={{ why, submission }} />
    </span>
  );
}

/** Say whom a round waits for, and until when. */
export function HoldUp({ ladder: { number, run, rungs, state, closes_at } }: { ladder: Schemas["RoundLadder"] }) {
  if (!isTaking(state)) return <Text size="sm">{texts.closed}</Text>;
  const waited = holdUps(rungs);
  const silent = waited.filter(({ is_silent }) => is_silent);
  const names = (some: readonly Rung[]) => listed(some.map(({ envoy_name }) => envoy_name));
  return (
    <Text size="sm">
      {waited.length > 0 ? texts.heldUpBy(number, run, names(waited)) : texts.heldUpByNobody(number, run)}
      {silent.length > 0 && <> {texts.silentOnes(names(silent))}</>} <Sentence text={texts.closes} parts={{ when: <When at={closes_at} /> }} />
    </Text>
  );
}

interface LadderProps {
  ladder: Schemas["RoundLadder"];
  /** The hospital that the screen is about: its rung stands first. */
  first?: string;
}

/** How far each hospital is in a round: waiting → training → sent → judged → counted, and what holds it up. */
export function Ladder({ ladder, first }: LadderProps) {
  const isFirst = ({ envoy_name }: Rung) => Number(envoy_name === first);
  const rungs = [...ladder.rungs].sort((one, other) => isFirst(other) - isFirst(one));
  return (
    <Stack gap="xs">
      <HoldUp ladder={ladder} />
      <DataTable caption={texts.name(ladder.number, ladder.run)} columns={columns} rows={rungs} rowId={({ envoy_name }) => envoy_name} />
    </Stack>
  );
}
