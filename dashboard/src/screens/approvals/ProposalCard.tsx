import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";

import { Facts } from "../../parts/Facts";
import { whoDid } from "../../parts/told";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import type { Proposal } from "./proposals";
import { Titled } from "./Titled";

interface ProposalCardProps {
  proposal: Proposal;
  onApprove: (() => void) | undefined;
  onDecline: (() => void) | undefined;
}

/** One open proposal: what, who, when, why, until when, and what can be done about it by whoever looks. */
export function ProposalCard({ proposal, onApprove, onDecline }: ProposalCardProps) {
  const { approvals: said } = words;
  const who = whoDid({ actor: proposal.proposed_by, person: proposal.person }) ?? proposal.proposed_by;
  return (
    <Card withBorder component="article" aria-labelledby={`proposal-${proposal.id}`} padding="sm">
      <Stack gap="xs">
        <Title order={3} size="h5" id={`proposal-${proposal.id}`}>
          <Titled proposal={proposal} />
        </Title>
        <Facts
          facts={[
            [said.number, proposal.id],
            [said.proposedBy, proposal.is_own ? said.you(who) : who],
            [said.proposedAt, <When at={proposal.proposed_at} />],
            [said.reason, proposal.reason ?? said.noReason],
            [said.expires, <When at={proposal.expires_at} />],
          ]}
        />
        {proposal.is_own && (
          <Text size="sm">
            {said.own} {said.ownNobody} <WayTo way={{ to: "/tokens", search: { role: "admin" } }}>{said.toTokens}</WayTo>
          </Text>
        )}
        <Group gap="xs">
          {!proposal.is_own && onApprove && (
            <Button size="xs" onClick={onApprove}>
              {said.approve}
            </Button>
          )}
          {onDecline && (
            <Button size="xs" variant="default" onClick={onDecline}>
              {proposal.is_own ? said.withdraw : said.decline}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
