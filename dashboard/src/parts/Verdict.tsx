import { Badge } from "@mantine/core";

import type { Schemas } from "../api/client";
import { words } from "../words/words";

type VerdictName = Schemas["Submission"]["verdict"];

const LOOKS: Record<VerdictName, { color: string; sign: string }> = {
  admitted: { color: "green", sign: "✓" },
  quarantined: { color: "yellow", sign: "!" },
  rejected: { color: "red", sign: "✕" },
};

/** A verdict in words and with a sign: colour alone says nothing. */
export function Verdict({ verdict }: { verdict: VerdictName }) {
  const { color, sign } = LOOKS[verdict];
  return (
    <Badge color={color} variant="light" autoContrast miw="max-content">
      <span aria-hidden>{sign} </span>
      {words.common[verdict]}
    </Badge>
  );
}
