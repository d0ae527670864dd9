import { NativeSelect, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { ProposalTable } from "./ProposalTable";
import { STATES } from "./proposals";

/** What became of earlier proposals; of one state where the URL says so. */
export function EarlierProposals() {
  const { approvals: said, common } = words;
  const [filters, setFilters] = useFilters();
  const state = STATES.find((each) => each === filters.state);
  const query = useInfiniteQuery(
    pagesQuery(["proposals", "earlier", state], (cursor) => given(api.GET("/proposals", { params: { query: { state, cursor } } }))),
  );
  const none = <Text size="sm">{state === undefined ? said.noneEarlier : common.nobodyFound}</Text>;
  return (
    <Section title={said.earlier}>
      <NativeSelect
        label={said.state}
        maw={260}
        value={state ?? ""}
        onChange={({ currentTarget }) => setFilters({ state: currentTarget.value || undefined })}
        data={[{ value: "", label: said.anyState }, ...STATES.map((each) => ({ value: each, label: said.states[each] }))]}
      />
      <AskedPages query={query} empty={none}>
        {(proposals) => {
          const earlier = proposals.filter((proposal) => proposal.state !== "open");
          return earlier.length > 0 ? <ProposalTable proposals={earlier} /> : none;
        }}
      </AskedPages>
    </Section>
  );
}
