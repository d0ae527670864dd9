import { Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useAct } from "../../parts/act";
import { AskedPages } from "../../parts/AskedPages";
import { ReasonForm } from "../../parts/ReasonForm";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { ApproveForm } from "./ApproveForm";
import { ProposalCard } from "./ProposalCard";
import type { Proposal } from "./proposals";

const CHANGES = ["proposals", "overview", "audit", "models", "submissions", "statistics", "hospitals", "tokens", "runs"] as const;

/** What waits for a decision, and the decision. */
export function OpenProposals() {
  const { approvals: said } = words;
  const may = useMay();
  const [approving, setApproving] = useState<Proposal | null>(null);
  const [declining, setDeclining] = useState<Proposal | null>(null);
  const query = useInfiniteQuery(
    pagesQuery(["proposals", "open"], (cursor) => given(api.GET("/proposals", { params: { query: { state: "open", cursor } } }))),
  );
  const approve = useAct({
    act: ({ id }: Proposal) => given(api.POST("/proposals/{proposal}/approve", { params: { path: { proposal: id } } })),
    changes: CHANGES,
    done: ({ id }) => said.doneApproved(id),
    onDone: () => setApproving(null),
  });
  const decline = useAct({
    act: ({ proposal, reason }: { proposal: Proposal; reason: string }) =>
      given(api.POST("/proposals/{proposal}/decline", { params: { path: { proposal: proposal.id } }, body: { reason } })),
    changes: CHANGES,
    done: ({ id, state }) => (state === "withdrawn" ? said.doneWithdrawn(id) : said.doneDeclined(id)),
    onDone: () => setDeclining(null),
  });
  return (
    <Section title={said.open}>
      <AskedPages query={query} empty={<Text size="sm">{said.noneOpen}</Text>}>
        {(proposals) => (
          <Stack gap="md">
            {proposals.map((proposal) => (
              <ProposalCard
                key={proposal.id}
                proposal={proposal}
                onApprove={may("approve_proposal") ? () => setApproving(proposal) : undefined}
                onDecline={may("decline_proposal") ? () => setDeclining(proposal) : undefined}
              />
            ))}
          </Stack>
        )}
      </AskedPages>
      {approving && <ApproveForm proposal={approving} isBusy={approve.isPending} onApprove={() => approve.mutate(approving)} onClose={() => setApproving(null)} />}
      {declining && (
        <ReasonForm
          title={declining.is_own ? said.withdrawTitle : said.declineTitle}
          button={declining.is_own ? said.withdraw : said.decline}
          isBusy={decline.isPending}
          onGive={(reason) => decline.mutate({ proposal: declining, reason })}
          onClose={() => setDeclining(null)}
        />
      )}
    </Section>
  );
}
