import { Alert } from "@mantine/core";

import { words } from "../words/words";
import { Go } from "./Go";
import type { Proposal } from "./proposal";

/** Says that an act waits for a second admin, and where that is decided. */
export function Proposed({ proposal }: { proposal: Proposal }) {
  return (
    <Alert color="blue" role="status" title={words.proposed.title(proposal.id)}>
      {words.proposed.about} <Go to="/approvals">{words.proposed.where}</Go>
    </Alert>
  );
}
