import { Alert, Badge, Group, Stack, Text } from "@mantine/core";

import { writeProbability, writeShareBound } from "../../parts/numbers";
import { LANGUAGE, words } from "../../words/words";
import type { BinaryAnswer } from "./answers";
import { Contributions } from "./Contributions";
import { type Level, RiskLevel } from "./RiskLevel";

interface BinaryOutcomeProps {
  answer: BinaryAnswer;
  /** What is predicted. */
  label: string;
  /** Whose answer it is. */
  which: string;
}

const said = words.patient;
const list = new Intl.ListFormat(LANGUAGE, { type: "conjunction" });

/** How probable it is that something happens, and what that rests on; or why nothing is said of it. */
export function BinaryOutcome({ answer, label, which }: BinaryOutcomeProps) {
  const { probability, risk_level, cut_points, abstained, missing, unknown_codes, contributions, notice } = answer;
  return (
    <Stack gap="sm">
      {probability === null || risk_level === null ? (
        <Abstained reason={abstained ?? ""} />
      ) : (
        <>
          <div>
            <Text size="sm">{said.probabilityOf(label)}</Text>
            <Group gap="md">
              <Text fz={32} fw={700} lh={1.2}>
                {writeProbability(probability)}
              </Text>
              <RiskLevel level={risk_level} />
            </Group>
            <Text size="sm">{boundsOf(risk_level, cut_points)}</Text>
          </div>
          {missing.length > 0 ? <Text size="sm">{said.notKnownHere(list.format(missing))}</Text> : null}
        </>
      )}
      {unknown_codes > 0 ? <Text size="sm">{said.unknownCodes(unknown_codes)}</Text> : null}
      <Text size="sm">{notice}</Text>
      {probability === null ? null : contributions.length > 0 ? (
        <Contributions contributions={contributions} missing={missing} which={which} />
      ) : (
        <Text size="sm">{said.contributions.none}</Text>
      )}
    </Stack>
  );
}

function Abstained({ reason }: { reason: string }) {
  return (
    <>
      <div>
        <Badge variant="default" size="xl">
          {said.noAnswer}
        </Badge>
      </div>
      <Alert color="yellow" role="note" title={said.abstained}>
        <Stack gap={4}>
          <Text size="sm">{reason}</Text>
          <Text size="sm">{said.abstainedMeans}</Text>
        </Stack>
      </Alert>
    </>
  );
}

/** Say between which probabilities a level lies. */
export function boundsOf(level: Level, cutPoints: readonly number[]): string {
  const [first = "", second = ""] = cutPoints.map((each) => writeShareBound(each));
  const { low, medium, high } = said.levelBounds;
  return { low: low(first), medium: medium(first, second), high: high(second) }[level];
}
