import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { systemQuery } from "../../api/asked";
import { useMay } from "../../api/session";
import { Page } from "../../parts/Page";
import { words } from "../../words/words";
import { EarlierProposals } from "./EarlierProposals";
import { OpenProposals } from "./OpenProposals";
import { waitingActs } from "./proposals";
import { WaitingActs } from "./WaitingActs";

export function ApprovalsScreen() {
  const may = useMay();
  const { data: system } = useQuery({ ...systemQuery, enabled: may("get_system") });
  const waiting = waitingActs(system?.settings);
  return (
    <Page title={words.common.nav.approvals}>
      <Text>{words.approvals.about}</Text>
      {waiting !== null && <WaitingActs acts={waiting} />}
      <OpenProposals />
      <EarlierProposals />
    </Page>
  );
}
