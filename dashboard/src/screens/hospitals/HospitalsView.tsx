import { Button, Group, Text, TextInput } from "@mantine/core";

import { Chips } from "../../parts/Chips";
import { Empty } from "../../parts/States";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { HospitalsTable } from "./HospitalsTable";
import { type Listed, matching } from "./listing";
import { stateChips } from "./stateChips";

const texts = words.hospitals;

interface HospitalsViewProps {
  hospitals: readonly Listed[];
  sought: string;
  state: string;
  onFilter: (change: { q?: string; state?: string }) => void;
  mayAdd: boolean;
}

/** The hospitals, with a search and a filter by state. */
export function HospitalsView({ hospitals, sought, state, onFilter, mayAdd }: HospitalsViewProps) {
  if (hospitals.length === 0) {
    return (
      <Empty action={mayAdd && <WayTo way={{ to: "/hospitals/add" }}>{texts.add}</WayTo>}>{mayAdd ? texts.none : texts.noneForYou}</Empty>
    );
  }
  const shown = matching(hospitals, sought, state);
  const showsStates = hospitals.some((each) => each.state !== null);
  return (
    <>
      <Group align="end" gap="md">
        <TextInput
          label={texts.search}
          type="search"
          value={sought}
          onChange={({ currentTarget }) => onFilter({ q: currentTarget.value })}
        />
        {showsStates && <Chips label={texts.state} chips={stateChips(hospitals)} value={state} onChoose={(chosen) => onFilter({ state: chosen })} />}
      </Group>
      {shown.length === 0 ? (
        <Empty
          action={
            <Button variant="default" onClick={() => onFilter({ q: "", state: "" })}>
              {texts.showAll}
            </Button>
          }
        >
          {texts.nobodyFound}
        </Empty>
      ) : (
        <HospitalsTable hospitals={shown} showsStates={showsStates} showsExpected={mayAdd} />
      )}
      <Text size="sm" role="status">
        {texts.shownOf(shown.length, hospitals.length)}
      </Text>
    </>
  );
}
