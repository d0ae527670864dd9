import { Alert } from "@mantine/core";

import { WayTo } from "./Way";
import { words } from "../words/words";
import type { Proposal } from "./proposal";

/** Says that an act waits for a second admin, and where that is decided. */
export function Proposed({ proposal }: { proposal: Proposal }) {
  return (
    <Alert color="blue" role="status" title={words.proposed.title(proposal.id)}>
      {words.proposed.about} <WayTo way={{ to: "/approvals" }}>{words.proposed.where}</WayTo>
    </Alert>
  );
}
