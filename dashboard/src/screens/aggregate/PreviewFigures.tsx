import { SimpleGrid } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Bars } from "../../parts/Bars";
import { NOTHING, writeNumber, writeScore, writeShare } from "../../parts/numbers";
import { words } from "../../words/words";
import type { Known } from "./known";

type Input = Schemas["ModelInput"];

const { aggregate: said, models } = words;

interface PreviewFiguresProps {
  inputs: readonly Input[];
  quarantined: readonly Input[];
  known: Known;
}

/** A picture for each number; those that were left out stand beside the others where they were compared with them. */
export function PreviewFigures({ inputs, quarantined, known }: PreviewFiguresProps) {
  const screened = [...inputs, ...quarantined];
  const bars = (some: readonly Input[], of: (input: Input) => number | null | undefined) =>
    some.map((input) => ({ name: input.envoy_name, value: of(input) ?? null }));
  const nameLabel = models.hospital;
  const compared = known.isCompared ? NOTHING : said.notCompared;
  const onTable = known.hasTable ? NOTHING : said.noTable;
  const effects = known.hasEffects ? NOTHING : said.noEffect;
  return (
    <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg">
      <Bars title={models.weight} nameLabel={nameLabel} bars={bars(inputs, ({ weight }) => weight)} write={writeShare} nothing={said.noShares} />
      <Bars title={models.norm} nameLabel={nameLabel} bars={bars(screened, ({ norm }) => norm)} write={writeNumber} nothing={compared} />
      <Bars title={models.cosine} nameLabel={nameLabel} bars={bars(screened, ({ cosine }) => cosine)} write={writeNumber} nothing={compared} />
      <Bars title={models.distance} nameLabel={nameLabel} bars={bars(screened, ({ distance }) => distance)} write={writeNumber} nothing={compared} />
      <Bars title={said.effect} nameLabel={nameLabel} bars={bars(inputs, ({ effect }) => effect)} write={writeNumber} nothing={effects} />
      <Bars title={said.ownLoss} nameLabel={nameLabel} bars={bars(screened, ({ held_out }) => held_out?.loss)} write={writeScore} nothing={onTable} />
      <Bars
        title={said.withoutLoss}
        nameLabel={nameLabel}
        bars={bars(inputs, ({ held_out_without }) => held_out_without?.loss)}
        write={writeScore}
        nothing={known.hasTable ? said.noEffect : said.noTable}
      />
    </SimpleGrid>
  );
}
