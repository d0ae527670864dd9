import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Figure } from "../../parts/Figure";
import { words } from "../../words/words";
import { drawnLog } from "./trainingLog";

const { submissions: said } = words;

/** A training log, drawn. */
export function TrainingLogView({ log }: { log: Schemas["TrainingLog"] }) {
  const { epochs, losses, scores } = drawnLog(log.lines);
  if (losses.length === 0 && scores.length === 0) return <Text size="sm">{words.common.nothingToDraw}</Text>;
  return (
    <>
      {losses.length > 0 && <Figure title={said.lossFigure} xLabel={said.epoch} xs={epochs} series={losses} />}
      {scores.length > 0 && <Figure title={said.scoreFigure} xLabel={said.epoch} xs={epochs} series={scores} />}
    </>
  );
}
