import { Alert, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Facts } from "../../parts/Facts";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { outcomeOf } from "./SubmissionsTable";

const { submissions: said } = words;

interface DecidedProps {
  verdict: Schemas["Submission"]["verdict"];
  decision: Schemas["Decision"] | null | undefined;
  mayDecide: boolean;
  /** What to do where it waits. */
  mustDecide: string;
}

/** Who decided what about a thing, and why; or that somebody must. */
export function Decided({ verdict, decision, mayDecide, mustDecide }: DecidedProps) {
  if (decision) {
    return (
      <Facts
        facts={[
          [said.outcome, outcomeOf(decision)],
          [said.reason, decision.reason],
          [said.decidedBy, decision.by],
          [said.decidedAt, <When at={decision.decided_at} />],
        ]}
      />
    );
  }
  if (verdict === "quarantined") {
    return (
      <Alert color="yellow" role="note">
        {mayDecide ? mustDecide : said.waitsForAdmin}
      </Alert>
    );
  }
  return <Text size="sm">{said.nobodyDecided}</Text>;
}
