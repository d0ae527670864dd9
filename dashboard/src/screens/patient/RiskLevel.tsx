import { Badge } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

export type Level = Schemas["Prediction"]["risk_level"];

/** A risk level in words, with a sign that has one, two or three filled dots: colour says nothing here. */
export function RiskLevel({ level }: { level: Level }) {
  return (
    <Badge variant="default" size="xl">
      <span aria-hidden>{words.patient.levelSigns[level]} </span>
      {words.patient.riskIs[level]}
    </Badge>
  );
}
